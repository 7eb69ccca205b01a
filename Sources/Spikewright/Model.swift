public import Diagnostics
import Foundation
public import FrontEnd
public import Networks

/// A network with the place that it was read from.
public struct Model: Sendable {
    public var network: Network
    /// Of the description; data and weights are found beside it.
    public var path: String?
    /// What the reader noticed without refusing it.
    public var warnings: [Diagnostic]
    /// Weights of training in the loop, by the target that they were trained on.
    public var targetWeights: [TargetWeights] = []

    public init(_ network: Network, path: String? = nil, warnings: [Diagnostic] = []) {
        self.network = network
        self.path = path
        self.warnings = warnings
    }

    /// Reads a description: a path, or the name of a model that is shipped.
    /// - Parameter usesTrained: false leaves trained weights aside, to train from the rules.
    public init(at name: String, seed: UInt64? = nil, usesTrained: Bool = true) throws(DiagnosticsError) {
        let path = try ShippedModels.path(of: name)
        let file = try NetworkFile(at: path, usesTrained: usesTrained)
        self.init(file.network, path: path, warnings: file.warnings)
        targetWeights = file.targetWeights
        if let seed { self.network.seed = seed }
        try refuseWhatMemoryCannotHold()
    }

    /// More neurons than this, or steps of a sample, do not fit a workstation's memory as they are held today.
    private static let mostNeurons = 100_000_000
    private static let mostSteps = 100_000_000

    private func refuseWhatMemoryCannotHold() throws(DiagnosticsError) {
        let neurons = network.populations.reduce(0) { $0 + $1.size }
        let steps = network.task?.steps ?? 0
        guard neurons > Self.mostNeurons || steps > Self.mostSteps else { return }
        throw DiagnosticsError(
            Diagnostic(
                "model-too-large",
                "the network '\(network.name)' has \(neurons) neurons and \(steps) steps a sample; this version holds \(Self.mostNeurons) and \(Self.mostSteps)",
                help: "make its populations smaller or its samples shorter"), isRefusal: true)
    }

    /// The model with the weights that were trained in the loop on `target`; the model itself where there are none.
    public func fitted(to target: Target) throws(DiagnosticsError) -> Model {
        guard let weights = try weights(for: target) else { return self }
        var model = self
        try weights.apply(to: &model.network)
        return model
    }

    /// The weights that were trained in the loop on `target`: under its own name, or under another one of the same specimen
    /// (`brainscales2` is `brainscales2@1`).
    public func weights(for target: Target) throws(DiagnosticsError) -> TargetWeights? {
        if let own = targetWeights.first(where: { $0.target == target.name }) { return own }
        func base(_ name: String) -> Substring { name.prefix { $0 != "@" } }
        for weights in targetWeights where base(weights.target) == base(target.name) {
            if try Target(weights.target).chip() == target.chip() { return weights }
        }
        return nil
    }

    /// The samples of the network's task; nil without a task.
    public func data(in folders: [String] = []) throws(DiagnosticsError) -> DataSet? {
        try loadData(of: network, searchPath: DataSearch(modelFile: path, dataFolders: folders))
    }
}

/// The models that come with Spikewright.
public enum ShippedModels {
    /// Their folders, nearest first: `SPIKEWRIGHT_MODELS`, `Models` here, `Models` of the checkout that the program was built in.
    static var folders: [String] {
        var folders = ["Models"]
        if let named = ProcessInfo.processInfo.environment["SPIKEWRIGHT_MODELS"] { folders.insert(named, at: 0) }
        if var program = CommandLine.arguments.first.map({ URL(filePath: $0).resolvingSymlinksInPath() }) {
            for _ in 0..<5 {
                program.deleteLastPathComponent()
                folders.append(program.appending(path: "Models").path)
            }
        }
        return folders
    }

    /// Names and paths, by name.
    public static func all() -> [(name: String, path: String)] {
        var found: [String: String] = [:]
        for folder in folders.reversed() {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for file in files where file.hasSuffix(".yaml") { found[String(file.dropLast(5))] = "\(folder)/\(file)" }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The path that the user means: the name itself, unless there is no such file and a shipped model has that name.
    static func path(of name: String) throws(DiagnosticsError) -> String {
        if FileManager.default.fileExists(atPath: name) { return name }
        let models = all()
        if let model = models.first(where: { $0.name == name }) { return model.path }
        let near = nearestName(to: name, among: models.map(\.name)).map { "did you mean the model '\($0)'? " } ?? ""
        throw DiagnosticsError(
            Diagnostic(
                "model-not-found", "there is no file '\(name)', and no shipped model of that name",
                help: near + "`spikewright models` lists the models that are shipped"))
    }
}
