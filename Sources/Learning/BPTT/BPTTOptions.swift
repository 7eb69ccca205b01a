import Diagnostics
import Networks
import Numerics

/// The options of `bptt`, typed.
struct BPTTOptions: Sendable {
    var epochs: Int
    var batch: Int
    var surrogate: Surrogate
    var differentiatesReset: Bool
    var loss: Loss.Form
    /// Nil: as the readout decodes.
    var signal: Loss.Signal?
    var optimizer: Optimizer
    var rate: Double
    var schedule: Schedule
    var clip: Double
    var l2: Double
    var rateStrength: Double
    /// In Hz.
    var rateTarget: Double
    var trainsDrive: Bool
    var weightLevels: Int
    var weightLimit: Double
    var shift: Int
    var stop: StopRule

    init(_ values: OptionValues) {
        epochs = values.integer("epochs")
        batch = values.integer("batch")
        surrogate = Surrogate(values)
        differentiatesReset = values.flag("reset_gradient")
        switch values.choice("loss") {
        case "mean_square":
            loss = .meanSquare(correct: values.number("loss.mean_square.correct"), wrong: values.number("loss.mean_square.wrong"))
        case "cross_entropy_per_step": loss = .crossEntropyPerStep(scale: values.number("loss.cross_entropy_per_step.scale"))
        default: loss = .crossEntropy(scale: values.number("loss.cross_entropy.scale"))
        }
        switch values.choice("signal") {
        case "spike_count": signal = .spikeCount
        case "early_spikes": signal = .earlySpikes
        case "max_membrane": signal = .maximalMembrane
        case "mean_membrane": signal = .meanMembrane
        default: signal = nil
        }
        optimizer = Optimizer(values)
        rate = Optimizer.rate(values)
        schedule = Schedule(values)
        clip = values.number("clip")
        l2 = values.number("l2")
        rateStrength = values.number("rate_regularization.strength")
        rateTarget = values.number("rate_regularization.target")
        trainsDrive = values.flag("biases")
        weightLevels = values.integer("weight_levels")
        weightLimit = values.number("weight_limit")
        shift = values.integer("shift")
        stop = StopRule(values)
    }

    func gradientSettings(_ network: Network, _ readout: Readout) -> GradientSettings {
        let decoded: Loss.Signal =
            switch readout.decode {
            case .spikeCount: .spikeCount
            case .firstSpike: .earlySpikes
            case .maximalMembrane: .maximalMembrane
            case .meanMembrane: .meanMembrane
            }
        return GradientSettings(
            surrogate: surrogate, differentiatesReset: differentiatesReset,
            loss: Loss(form: loss, signal: signal ?? decoded, skip: readout.skip),
            decoder: AnswerDecoder(decode: readout.decode, skip: readout.skip), readout: readout.population.index, factor: 1,
            rateStrength: rateStrength, rateTarget: rateTarget * network.timestep / 1000)
    }
}
