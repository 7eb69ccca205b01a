import Diagnostics
public import Fidelity
import Foundation
import Networks
public import Passes
import Targets

/// What a verification runs.
public struct VerificationOptions: Sendable {
    public var lowering = LoweringOptions()
    /// How many test samples; nil: as the model says, else all.
    public var samples: Int?
    public var attributesLoss = true
    /// Where data sets are looked for, before the usual places.
    public var dataFolders: [String] = []
    public var threads = 1
    /// Where the artifact stays; nil: in a temporary folder that is removed.
    public var artifact: String?
    public var progress: (@Sendable (Double) -> Void)?

    public init() {}
}

/// Compiles a model, runs both forms on the same inputs, and reports how faithful the lowered one is.
///
///     let report = try verify(Model(at: "digits"), on: .loihi2)
///     #expect(report.drop <= 0.01)
///
/// A model with weights that were trained in the loop on this target is measured with them, against the reference with its own; the
/// attribution then says what the lowering costs without that training, and what the training wins back.
public func verify(
    _ model: Model, on target: Target, options: VerificationOptions = VerificationOptions()
) throws -> FidelityReport {
    var model = model
    // Rewiring trains anew, from the model's own weights.
    if options.lowering.deepRewiring != nil { model.targetWeights = [] }
    guard try model.weights(for: target) != nil else { return try verify(model, fitted: model, on: target, options) }
    var options = options
    let isAttributed = options.attributesLoss && model.network.task != nil
    let progress = options.progress
    options.attributesLoss = false
    options.progress = part(of: progress, from: 0, to: isAttributed ? 0.4 : 1)
    var report = try verify(model, fitted: model.fitted(to: target), on: target, options)
    guard isAttributed else { return report }
    options.attributesLoss = true
    options.artifact = nil
    options.progress = part(of: progress, from: 0.4, to: 1)
    var plain = model
    plain.targetWeights = []
    let without = try verify(plain, fitted: plain, on: target, options)
    report.withoutTrainingInTheLoop = without.lowered
    report.attribution = without.attribution + [.init(step: "training in the loop", drop: without.lowered - report.lowered)]
    report.seconds += without.seconds
    return report
}

/// Tells the progress of a part of the work.
private func part(of report: (@Sendable (Double) -> Void)?, from low: Double, to high: Double) -> (@Sendable (Double) -> Void)? {
    guard let report else { return nil }
    return { fraction in report(low + (high - low) * fraction) }
}

/// - Parameter fitted: the model as it is lowered; where it is another one, `model` is the reference.
private func verify(
    _ model: Model, fitted: Model, on target: Target, _ options: VerificationOptions
) throws -> FidelityReport {
    let data = try model.data(in: options.dataFolders)
    let scratch = FileManager.default.temporaryDirectory.appending(path: "spikewright-\(UUID().uuidString)").path
    defer { if options.artifact == nil { try? FileManager.default.removeItem(atPath: scratch) } }
    let directory = options.artifact ?? scratch
    var lowering = options.lowering
    if lowering.samples == nil, try lowering.changes(fitted.network, for: target.chip()) { lowering.samples = data?.train }
    var (reference, fitted) = (model, fitted)
    var connections: Int?
    if let settings = lowering.deepRewiring {
        // Training is no lowering: what was trained is the reference.
        let pass = DeepRewiringPass(settings, to: try target.chip(), samples: lowering.samples, threads: options.threads)
        fitted.network = try pass.run(fitted.network)
        reference = fitted
        connections = fitted.network.projections.ids.reduce(0) { $0 + SynapseRows($1, of: fitted.network).synapseCount }
        lowering.deepRewiring = nil
    }
    let compilation = try compile(fitted, for: target, at: directory, options: lowering)
    let graph = compilation.graph
    let isChanged = lowering.changes(fitted.network, for: graph.chip) || fitted.network != reference.network
    let original = isChanged ? reference.network : nil
    let verification = Verification(
        samples: options.samples, threads: options.threads, attributesLoss: options.attributesLoss, progress: options.progress)
    var report = try verification.run(graph, data: data, original: original) { () throws(DiagnosticsError) in try bootArtifact(directory) }
    report.routes = compilation.routes
    report.connections = connections
    return report
}
