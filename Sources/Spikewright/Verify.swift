import Diagnostics
public import Fidelity
import Foundation
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
public func verify(
    _ model: Model, on target: Target, options: VerificationOptions = VerificationOptions()
) throws -> FidelityReport {
    let data = try model.data(in: options.dataFolders)
    let scratch = FileManager.default.temporaryDirectory.appending(path: "spikewright-\(UUID().uuidString)").path
    defer { if options.artifact == nil { try? FileManager.default.removeItem(atPath: scratch) } }
    let directory = options.artifact ?? scratch
    var lowering = options.lowering
    if lowering.samples == nil, try lowering.changes(model.network, for: target.chip()) { lowering.samples = data?.train }
    let compilation = try compile(model, for: target, at: directory, options: lowering)
    let graph = compilation.graph
    let original = lowering.changes(model.network, for: graph.chip) ? model.network : nil
    let verification = Verification(
        samples: options.samples, threads: options.threads, attributesLoss: options.attributesLoss, progress: options.progress)
    var report = try verification.run(graph, data: data, original: original) { () throws(DiagnosticsError) in try bootArtifact(directory) }
    report.routes = compilation.routes
    return report
}
