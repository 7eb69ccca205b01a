/// The options of `deep-rewiring`, typed.
struct RewiringOptions: Sendable {
    enum Connections: Hashable, Sendable {
        case given
        case fraction(Double)
        case count(Int)
    }

    enum Noise: Hashable, Sendable {
        case scaled(Double)
        case temperature(Double)
    }

    var epochs: Int
    var batch: Int
    var connections: Connections
    /// Whether the number is kept over the whole network.
    var isGlobal: Bool
    /// Lower bound of dormant thetas; nil: the hard form.
    var lowest: Double?
    var rate: Double
    var schedule: Schedule
    var shrinkage: Double
    var noise: Noise
    var excitatory: Double
    var trainsDrive: Bool
    var biasRate: Double
    var surrogate: Surrogate

    init(_ values: OptionValues) {
        epochs = values.integer("epochs")
        batch = values.integer("batch")
        switch values.choice("connections") {
        case "fraction": connections = .fraction(values.number("connections.fraction.of"))
        case "count": connections = .count(values.integer("connections.count.total"))
        default: connections = .given
        }
        isGlobal = values.choice("scope") == "network"
        lowest = values.choice("form") == "soft" ? values.number("form.soft.lowest") : nil
        rate = values.number("rate")
        schedule = Schedule(values)
        shrinkage = values.number("shrinkage")
        switch values.choice("noise") {
        case "temperature": noise = .temperature(values.number("noise.temperature.value"))
        default: noise = .scaled(values.number("noise.scaled.amount"))
        }
        excitatory = values.number("excitatory")
        trainsDrive = values.flag("biases")
        biasRate = values.number("bias_rate")
        surrogate = Surrogate(values)
    }

    /// The law of one step.
    func law(rate: Double) -> RewiringLaw<Float> {
        let amount =
            switch noise {
            case .scaled(let amount): rate * amount
            case .temperature(let temperature): (2 * rate * temperature).squareRoot()
            }
        return RewiringLaw(rate: Float(rate), shrinkage: Float(shrinkage), noise: Float(amount))
    }
}
