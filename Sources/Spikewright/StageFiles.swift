public import Diagnostics
import Foundation
import FrontEnd
public import Lowering
import Networks
import Numerics
import Storage
import Targets
import YAML

/// Stages as YAML texts: `--print-after` and `--from`.
extension Stage {
    /// The stage as YAML.
    /// - Parameter folder: where the files are that the network's tensors came from; they are named from here, so that the text can be
    ///   read again in the same place. Tensors that came from no file are written out.
    public func text(tensorsIn folder: String = ".") throws(DiagnosticsError) -> String {
        var network = network
        for id in network.projections.ids { network.projections[id].weight = network.projections[id].weight.named(from: folder) }
        let networkNode = try parseYAML(printNetwork(network), file: "network")
        let chipNode = try quantized.map { (stage) throws(DiagnosticsError) in try parseYAML(printChip(stage.chip), file: "chip") }
        return printYAML(node(network: networkNode, chip: chipNode))
    }

    /// Reads a stage that `text` printed.
    public init(at path: String) throws(DiagnosticsError) {
        let node = try parseYAML(try ByteFile.readRaw(path), file: path)
        self = try Stage(reading: node) { (node) throws(DiagnosticsError) in
            try readNetwork(printYAML(node), file: "\(path) (network)", folder: ".").network
        } chip: { (node) throws(DiagnosticsError) in
            try readChip(text: printYAML(node), file: "\(path) (chip)", library: chipLibrary)
        }
        do throws(VerificationFailure) { try verify() } catch {
            let notes = error.violations.map { Diagnostic.Note($0) }
            throw DiagnosticsError(
                Diagnostic(
                    "stage-invariant", "\(path): the stage '\(name)' breaks \(error.violations.count) of its invariants", notes: notes,
                    help: "print it again with --print-after, and change it with care"))
        }
    }
}

extension ValueRule {
    /// The rule with the file of its tensor named from here instead of from `folder`.
    fileprivate func named(from folder: String) -> ValueRule {
        guard case .tensor(var tensor) = self, let origin = tensor.origin else { return self }
        tensor.origin = resolvedPath(origin, in: folder)
        return .tensor(tensor)
    }
}
