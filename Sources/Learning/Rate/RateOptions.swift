/// Options that the rules on rate networks share, and their reading.
enum RateOptions {
    static func definitions(rate: Double, orthogonality: Double, initialization: String, own: [OptionDefinition]) -> [OptionDefinition] {
        [
            OptionDefinition("epochs", .integer(30, in: 0...1_000_000), "how often every training sample is shown"),
            OptionDefinition("batch", .integer(20, in: 1...1_000_000), "samples whose updates are averaged for one step"),
        ] + own + [
            OptionDefinition(
                "orthogonality", .number(orthogonality, in: 0...1e6, .none),
                "strength of the regulariser that keeps the columns of a weight matrix at right angles; 0: none"),
            OptionDefinition(
                "initialization",
                .choice(
                    initialization,
                    [
                        .init("orthogonal", "rows of random orthogonal matrices, drawn with the network's seed; biases 0"),
                        .init("model", "the weights and biases of the model"),
                    ]), "where the weights start"),
            OptionDefinition(
                "loss",
                .choice(
                    "mean_square",
                    [
                        .init(
                            "mean_square", "half the squared distance of the answers from their targets",
                            [
                                OptionDefinition("correct", .number(1, in: -1e6...1e6, .none), "target of the label"),
                                OptionDefinition("wrong", .number(0, in: -1e6...1e6, .none), "target of all other classes"),
                            ]),
                        .init(
                            "cross_entropy", "-ln of the softmax of the answers at the label",
                            [OptionDefinition("scale", .number(1, in: 0...1e6, .none), "what the answers are multiplied by")]),
                    ]), "what training makes small"),
            OptionDefinition(
                "numbers",
                .choice(
                    "float64",
                    [
                        .init("float64", "64-bit floating point"), .init("float32", "32-bit floating point"),
                        .init(
                            "fixed", "fixed point: sums are exact, what is stored is rounded, weights by chance",
                            [
                                OptionDefinition("bits", .integer(16, in: 2...48), "bits with the sign"),
                                OptionDefinition("fraction", .integer(12, in: 0...47), "bits behind the point"),
                            ]),
                    ]), "what weights, activities and targets are kept in; the optimiser's moments are always float64"),
            OptionDefinition(
                "optimizer",
                .choice(
                    "adam",
                    [
                        .init(
                            "adam", "Kingma and Ba 2015",
                            [
                                OptionDefinition("rate", .number(rate, in: 0...1000, .none), "learning rate"),
                                OptionDefinition("beta1", .number(0.9, in: 0...0.999999, .none), "decay of the first moment"),
                                OptionDefinition("beta2", .number(0.99, in: 0...0.999999, .none), "decay of the second moment"),
                                OptionDefinition("epsilon", .number(1e-8, in: 1e-30...1, .none), "added to the root of the second moment"),
                                OptionDefinition("bias_correction", .flag(false), "whether the moments are corrected for their start at 0"),
                            ]),
                        .init(
                            "sgd", "stochastic gradient descent",
                            [
                                OptionDefinition("rate", .number(0.1, in: 0...1000, .none), "learning rate"),
                                OptionDefinition("momentum", .number(0, in: 0...0.999999, .none), "decay of the running sum of gradients"),
                            ]),
                    ]), "how a gradient becomes a step"),
        ]
    }

    static func loss(_ values: OptionValues) -> RateLoss {
        values.choice("loss") == "cross_entropy"
            ? .crossEntropy(scale: values.number("loss.cross_entropy.scale"))
            : .meanSquare(correct: values.number("loss.mean_square.correct"), wrong: values.number("loss.mean_square.wrong"))
    }

    static func format(_ values: OptionValues) -> RateFormat {
        switch values.choice("numbers") {
        case "float32": .float32
        case "fixed": .fixed(bits: values.integer("numbers.fixed.bits"), fraction: values.integer("numbers.fixed.fraction"))
        default: .float64
        }
    }

    static func optimizer(_ values: OptionValues) -> (kind: RateOptimizer.Kind, rate: Double) {
        if values.choice("optimizer") == "sgd" {
            return (.sgd(momentum: values.number("optimizer.sgd.momentum")), values.number("optimizer.sgd.rate"))
        }
        let kind = RateOptimizer.Kind.adam(
            beta1: values.number("optimizer.adam.beta1"), beta2: values.number("optimizer.adam.beta2"),
            epsilon: values.number("optimizer.adam.epsilon"), correctsBias: values.flag("optimizer.adam.bias_correction"))
        return (kind, values.number("optimizer.adam.rate"))
    }
}
