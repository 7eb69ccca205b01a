extension Schedule {
    /// The option `schedule`.
    /// - Parameters:
    ///   - name: the default.
    ///   - epochs: default of epochs between steps.
    ///   - factor: default of what a step multiplies the rate by.
    static func option(default name: String, every epochs: Int, factor: Double) -> OptionDefinition {
        OptionDefinition(
            "schedule",
            .choice(
                name,
                [
                    .init("constant", "the same learning rate all along"),
                    .init(
                        "cosine", "half a cosine over the whole training",
                        [OptionDefinition("final", .number(0.01, in: 0...1, .none), "fraction of the learning rate at the end")]),
                    .init(
                        "step", "multiplied now and again",
                        [
                            OptionDefinition("every", .integer(epochs, in: 1...1_000_000), "epochs between"),
                            OptionDefinition("factor", .number(factor, in: 0...1, .none), "what it is multiplied by"),
                        ]),
                ]), "how the learning rate changes")
    }

    /// The schedule that `values` choose.
    init(_ values: OptionValues) {
        self =
            switch values.choice("schedule") {
            case "cosine": .cosine(final: values.number("schedule.cosine.final"))
            case "step": .step(every: values.integer("schedule.step.every"), factor: values.number("schedule.step.factor"))
            default: .constant
            }
    }
}
