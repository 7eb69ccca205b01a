import Chips
public import Diagnostics
import Drawing
public import Fidelity
import Foundation
import FrontEnd
public import Learning
import Networks
import Passes
public import Storage
import Targets

/// What a training does beside what the model says.
public struct TrainingOptions: Sendable {
    /// Instead of the number of epochs that the model says.
    public var epochs: Int?
    public var threads = 1
    /// Where data sets are looked for, before the usual places.
    public var dataFolders: [String] = []
    /// A file that is written after each epoch and picked up by the next run; nil: none.
    public var checkpoint: String?
    /// Trains with the numbers that this target would compute with.
    public var target: Target?
    /// Learns as the target itself would, in the arithmetic of its learning engine where the family emulates one; refuses a rule that the
    /// target could not run, with the budgets that it exceeds.
    public var onChip = false
    public var lowering = LoweringOptions()
    public var progress: (@Sendable (TrainingProgress) -> Void)?
    /// Called after each epoch with the answers for the test samples.
    public var epochDone: (@Sendable (EpochSummary, Evaluation) -> Void)?

    public init() {}
}

/// A trained model and its answers for the test samples.
public struct TrainingResult: Sendable {
    public var model: Model
    public var evaluation: Evaluation
    public var epochs: Int
    /// Epochs that a checkpoint of an earlier run had done already.
    public var resumedFrom: Int
    /// What the trainer chose for itself, and what the user should know of it.
    public var notes: [Diagnostic] = []
    /// Batch by batch, where the rule keeps a record.
    public var curve = LearningCurve()
    /// After training in the loop with physical neurons: the trained model, compiled, and booted from the artifact.
    public var verification: FidelityReport?
}

/// Trains a model with the rule that it chooses, from its own weights: those that an earlier training in the loop fitted to a target are left
/// aside.
///
/// With a checkpoint, a training that was interrupted goes on where it was, to the same bits as without the interruption.
public func train(_ model: Model, options: TrainingOptions = TrainingOptions()) throws(DiagnosticsError) -> TrainingResult {
    let rule = try learningRule(of: model.network)
    guard let data = try model.data(in: options.dataFolders) else {
        throw DiagnosticsError(
            Diagnostic(
                "train-no-task", "the network '\(model.network.name)' has no task to learn",
                help: "add a section `task: {data: …, encode: …}` to the model (Documentation/Network.md)"))
    }
    var request = TrainingRequest(network: model.network, samples: data.train, threads: options.threads, epochs: options.epochs)
    if options.onChip {
        // What the chip lacks is judged by options that can be read.
        if let specification = model.network.learning { _ = try OptionValues(specification, definitions: rule.options) }
        guard let chip = try options.target?.chip() else {
            throw DiagnosticsError(
                Diagnostic("train-no-target", "learning on a chip was asked for, and no chip was named", help: "add --target"))
        }
        let refusals = rule.needs(of: model.network).refusals(of: rule.name, on: chip)
        guard refusals.isEmpty else { throw DiagnosticsError(refusals, isRefusal: true) }
    }
    if let target = options.target {
        request.lowered = try loweredForward(model, to: target, options)
    }
    var notes: [Diagnostic] = []
    if options.onChip, let numbers = request.lowered, let chip = try options.target?.chip() {
        let hardware = rule.runsOnHardware ? try family(of: chip).learningHardware(of: chip, numbers: numbers) : nil
        request.hardware = hardware.flatMap { $0.learns(rule.name) ? $0 : nil }
        if request.hardware == nil {
            notes.append(
                Diagnostic(
                    "on-chip-in-the-loop",
                    "'\(rule.name)' fits '\(chip.name)', but the arithmetic of its learning there is not emulated: it learns in the loop",
                    severity: .warning))
        }
    }
    let trainer = try rule.makeTrainer(request)
    if let checkpoint = options.checkpoint, FileManager.default.fileExists(atPath: checkpoint) {
        try trainer.restore(TrainerState(readingFrom: checkpoint))
    }
    let resumedFrom = trainer.epochsDone
    var evaluation: Evaluation?
    while !trainer.isDone {
        let summary = try trainer.runEpoch {
            options.progress?($0)
            return true
        }
        if let checkpoint = options.checkpoint { try trainer.state.write(to: checkpoint) }
        let answers = try trainer.evaluate(data.test)
        options.epochDone?(summary, answers)
        evaluation = answers
    }
    // A finished checkpoint leaves no epoch to run.
    let answers = if let evaluation { evaluation } else { try trainer.evaluate(data.test) }
    var trained = model
    trained.network = trainer.network
    trained.targetWeights = []
    return TrainingResult(
        model: trained, evaluation: answers, epochs: trainer.epochsDone, resumedFrom: resumedFrom, notes: notes + trainer.notes,
        curve: trainer.curve, verification: try verification(of: trained, options))
}

/// What the booted emulator makes of a model that was trained on its spike times; nil where training computed them.
private func verification(of trained: Model, _ options: TrainingOptions) throws(DiagnosticsError) -> FidelityReport? {
    guard let target = options.target, case .analog = try target.chip().arithmetic, trained.network.learning?.rule == TTFS.name else {
        return nil
    }
    var verification = VerificationOptions()
    verification.lowering = options.lowering
    verification.attributesLoss = false
    (verification.dataFolders, verification.threads) = (options.dataFolders, options.threads)
    do {
        return try verify(trained, on: target, options: verification)
    } catch let error as DiagnosticsError {
        throw error
    } catch {
        throw notLowered(trained, target.name, error)
    }
}

private func notLowered(_ model: Model, _ target: String, _ error: any Error) -> DiagnosticsError {
    DiagnosticsError(
        Diagnostic(
            "train-lowering", "'\(model.network.name)' cannot be lowered to '\(target)': \(error)", help: "compile it to see why"))
}

extension LearningCurve {
    /// As an SVG plot: loss and error of every batch, and the cosine with backpropagation (on a chip: with floating e-prop) where it was logged.
    public func plot(_ title: String) -> String {
        let isSmall = (loss.max() ?? 0) < 10
        var lines = [Chart.Line("error", values: error.map { Double($0) }, first: 1)]
        if isSmall { lines.append(Chart.Line("loss", values: loss.map { Double($0) }, first: 1)) }
        if !cosine.isEmpty {
            lines.append(Chart.Line("cosine", cosine.map { Chart.Point(x: Double($0.batch + 1), y: Double($0.cosine)) }))
        }
        return Chart(title, x: "batch", y: isSmall ? "error, loss" : "error", lines: lines).svg
    }

    /// `loss` and `error` of every batch; `cosine` with the batch that it belongs to.
    public var json: JSONValue {
        .object(
            JSONObject([
                ("loss", .array(loss.map { .number(Double($0)) })), ("error", .array(error.map { .number(Double($0)) })),
                (
                    "cosine",
                    .array(
                        cosine.map {
                            .object(JSONObject([("batch", .integer($0.batch + 1)), ("cosine", .number(Double($0.cosine)))]))
                        })
                ),
            ]))
    }
}

/// The chip's numbers; for spike times on physical neurons, one specimen's own, at the places that a compilation gives them.
private func loweredForward(_ model: Model, to target: Target, _ options: TrainingOptions) throws(DiagnosticsError) -> any LoweredForward {
    let chip = try target.chip()
    var quantization = options.lowering.quantization(to: chip)
    if options.onChip, case .fixedPoint = chip.arithmetic, try PairRule.asked(of: model.network, delay: 0) != nil {
        quantization.isPlastic = true
    }
    guard case .analog = chip.arithmetic, model.network.learning?.rule == TTFS.name else {
        return try QuantizedForward(model.network, quantization)
    }
    let directory = FileManager.default.temporaryDirectory.appending(path: "spikewright-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var model = model
    model.targetWeights = []
    do {
        try compile(model, for: target, at: directory, options: options.lowering)
    } catch let error as DiagnosticsError {
        throw error
    } catch {
        throw notLowered(model, chip.name, error)
    }
    let bits = options.lowering.weightBits ?? chip.formats.weight.bits.last ?? 1
    let levels = chip.formats.weight.mantissas(.excitatory, bits: bits).range.upperBound * max(options.lowering.parallelSynapses, 1)
    return try AnalogForward(model.network, artifact: directory, levels: levels)
}
