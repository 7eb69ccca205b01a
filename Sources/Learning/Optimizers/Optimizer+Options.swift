extension Optimizer {
    /// The option `optimizer`.
    /// - Parameters:
    ///   - rate: default learning rate of Adam.
    ///   - descentRate: that of gradient descent.
    ///   - meaning: what the rate is.
    static func option(rate: Double, descentRate: Double = 0.1, of meaning: String = "learning rate") -> OptionDefinition {
        OptionDefinition(
            "optimizer",
            .choice(
                "adam",
                [
                    .init(
                        "adam", "Kingma and Ba 2015",
                        [
                            OptionDefinition("rate", .number(rate, in: 0...1000, .none), meaning),
                            OptionDefinition("beta1", .number(0.9, in: 0...0.999999, .none), "decay of the first moment"),
                            OptionDefinition("beta2", .number(0.999, in: 0...0.999999, .none), "decay of the second moment"),
                            OptionDefinition("epsilon", .number(1e-8, in: 1e-30...1, .none), "added to the root of the second moment"),
                        ]),
                    .init(
                        "sgd", "stochastic gradient descent",
                        [
                            OptionDefinition("rate", .number(descentRate, in: 0...1000, .none), "learning rate"),
                            OptionDefinition("momentum", .number(0, in: 0...0.999999, .none), "decay of the running sum of gradients"),
                        ]),
                ]), "how a gradient becomes a step")
    }

    /// The optimiser that `values` choose.
    init(_ values: OptionValues) {
        self =
            switch values.choice("optimizer") {
            case "sgd": .sgd(momentum: values.number("optimizer.sgd.momentum"))
            default:
                .adam(
                    beta1: values.number("optimizer.adam.beta1"), beta2: values.number("optimizer.adam.beta2"),
                    epsilon: values.number("optimizer.adam.epsilon"))
            }
    }

    /// The learning rate of the optimiser that `values` choose.
    static func rate(_ values: OptionValues) -> Double { values.number("optimizer.\(values.choice("optimizer")).rate") }
}
