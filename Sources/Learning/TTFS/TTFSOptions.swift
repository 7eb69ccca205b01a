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

    /// - Parameter isInLoop: whether a chip's own spike times are learnt.
    init(_ values: OptionValues, isInLoop: Bool = false) {
        let loopEpochs = isInLoop ? values.integer("in_loop.epochs") : 0
        epochs = loopEpochs > 0 ? loopEpochs : values.integer("epochs")
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
        optimizer = Optimizer(values)
        let loopRate = isInLoop ? values.number("in_loop.rate") : 0
        rate = loopRate > 0 ? loopRate : Optimizer.rate(values)
        schedule = Schedule(values)
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
