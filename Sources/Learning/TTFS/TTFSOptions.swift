/// The options of `ttfs`, typed.
struct TTFSOptions: Sendable {
    var epochs: Int
    var batch: Int
    var loss: SpikeTimeLoss
    var optimizer: Optimizer
    var rate: Double
    var schedule: Schedule
    var l2: Double
    /// Infinity: none.
    var largestStep: Double
    var missingHidden: Double
    var missingLabel: Double
    var bump: Double
    var inputNoise: Double
    var weightLimit: Double

    init(_ values: OptionValues) {
        epochs = values.integer("epochs")
        batch = values.integer("batch")
        switch values.choice("loss") {
        case "first_spike":
            loss = .firstSpike(
                xi: values.number("loss.first_spike.xi"), alpha: values.number("loss.first_spike.alpha"),
                beta: values.number("loss.first_spike.beta"))
        case "mean_square":
            loss = .meanSquare(correct: values.number("loss.mean_square.correct"), wrong: values.number("loss.mean_square.wrong"))
        default: loss = .difference(delta: values.number("loss.difference.delta"))
        }
        switch values.choice("optimizer") {
        case "sgd":
            optimizer = .sgd(momentum: values.number("optimizer.sgd.momentum"))
            rate = values.number("optimizer.sgd.rate")
        default:
            optimizer = .adam(
                beta1: values.number("optimizer.adam.beta1"), beta2: values.number("optimizer.adam.beta2"),
                epsilon: values.number("optimizer.adam.epsilon"))
            rate = values.number("optimizer.adam.rate")
        }
        switch values.choice("schedule") {
        case "constant": schedule = .constant
        case "step": schedule = .step(every: values.integer("schedule.step.every"), factor: values.number("schedule.step.factor"))
        default: schedule = .cosine(final: values.number("schedule.cosine.final"))
        }
        l2 = values.number("l2")
        let limit = values.number("max_dw_norm")
        largestStep = limit > 0 ? limit : .infinity
        missingHidden = values.number("missing.hidden")
        missingLabel = values.number("missing.label")
        bump = values.number("missing.bump")
        inputNoise = values.number("input_noise")
        weightLimit = values.number("weight_limit")
    }
}
