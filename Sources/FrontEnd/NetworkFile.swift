public import Diagnostics
public import Networks
import Storage
import YAML

/// Reads the network that a YAML file describes; files that it names are looked for beside it.
///
/// - Parameter usesTrained: false leaves the weights of the key `trained` aside, to train from the rules.
/// - Returns: the network, and the warnings about it, by their place in the file.
/// - Throws: every fault that was found, by its place in the file, warnings among them.
public func readNetwork(
    at path: String, usesTrained: Bool = true
) throws(DiagnosticsError) -> (network: Network, warnings: [Diagnostic]) {
    let bytes = try ByteFile.readRaw(path, limit: Limits().fileSize)
    return try readNetwork(bytes, file: path, usesTrained: usesTrained)
}

/// What a description says beside the network itself.
public struct NetworkFile: Sendable {
    public var network: Network
    /// By their place in the file.
    public var warnings: [Diagnostic]
    /// Values from training in the loop, by the target that they were trained on; in the order of the file.
    public var targetWeights: [TargetWeights]

    /// Reads the description at `path`, as `readNetwork` does.
    public init(at path: String, usesTrained: Bool = true) throws(DiagnosticsError) {
        let node = try parseYAML(try ByteFile.readRaw(path, limit: Limits().fileSize), file: path)
        var reader = NetworkReader(folder: folderName(of: path), usesTrained: usesTrained)
        network = try reader.network(node)
        (warnings, targetWeights) = (reader.sortedDiagnostics, reader.targetWeights)
    }
}

/// Reads a network from a text.
///
/// - Parameters:
///   - file: the name of the file in messages.
///   - folder: where the files are that the text names; the folder of `file` unless given.
public func readNetwork(
    _ text: String, file: String, folder: String? = nil
) throws(DiagnosticsError) -> (network: Network, warnings: [Diagnostic]) {
    try readNetwork(Array(text.utf8), file: file, folder: folder)
}

/// Reads a network from the bytes of a file.
public func readNetwork(
    _ bytes: [UInt8], file: String, folder: String? = nil, usesTrained: Bool = true
) throws(DiagnosticsError) -> (network: Network, warnings: [Diagnostic]) {
    let node = try parseYAML(bytes, file: file)
    var reader = NetworkReader(folder: folder ?? folderName(of: file), usesTrained: usesTrained)
    let network = try reader.network(node)
    return (network, reader.sortedDiagnostics)
}

/// The folder of a path, for files named relative to it: `a/b.yaml` → `a`, `b.yaml` → `.`.
public func folderName(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// A path as it was written in a file of `folder`, seen from here.
public func resolvedPath(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") || folder == "." ? path : folder.hasSuffix("/") ? folder + path : folder + "/" + path
}
