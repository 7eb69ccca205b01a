extension Surrogate {
    /// The option `surrogate`; `name` is the default.
    static func option(default name: String) -> OptionDefinition {
        OptionDefinition(
            "surrogate",
            .choice(
                name,
                [
                    .init(
                        "triangle", "damp · max(0, 1 - |y|) / θ, y = (v - A) / θ",
                        [OptionDefinition("damp", .number(0.3, in: 0...1000, .none), "height of the triangle")]),
                    .init(
                        "fast_sigmoid", "1 / (θ (1 + slope · |y|)²)",
                        [OptionDefinition("slope", .number(5, in: 0...1000, .none), "steepness; larger is narrower")]),
                    .init(
                        "arctan", "slope / (2 θ (1 + (π/2 · slope · y)²))",
                        [OptionDefinition("slope", .number(2, in: 0...1000, .none), "steepness; larger is narrower")]),
                ]), "what stands for the derivative of the spike function")
    }

    /// The surrogate that `values` choose.
    init(_ values: OptionValues) {
        self =
            switch values.choice("surrogate") {
            case "triangle": .triangle(damp: values.number("surrogate.triangle.damp"))
            case "arctan": .arctan(slope: values.number("surrogate.arctan.slope"))
            default: .fastSigmoid(slope: values.number("surrogate.fast_sigmoid.slope"))
            }
    }
}
