public import Diagnostics
import Fidelity
import Foundation
import FrontEnd
import Lowering
import Networks
import Numerics
public import Passes
public import Storage

/// Tables that tell what something is made of.
public struct Inspection: Sendable {
    public var text: String
    public var json: JSONValue
    public var warnings: [Diagnostic]
}

/// Tells what a network or an artifact is made of.
/// - Parameters:
///   - subject: a description, the name of a shipped model, or the folder of an artifact.
///   - target: for a network: also as this chip would hold it.
public func inspect(
    _ subject: String, on target: Target? = nil, seed: UInt64? = nil, options: LoweringOptions = LoweringOptions()
) throws -> Inspection {
    if isArtifact(subject) {
        let summary = try placement(in: subject)
        return Inspection(text: summary.text, json: summary.json, warnings: [])
    }
    let model = try Model(at: subject, seed: seed)
    var parts = [NetworkTables(model.network).text]
    var members: [(String, JSONValue)] = [("network", NetworkTables(model.network).json)]
    if let target {
        let graph = try lower(model, to: target, options: options)
        let quantization = QuantizationTables(graph.quantized)
        let summary = PlacementSummary(graph)
        parts += [quantization.text, summary.text]
        members += [("quantization", quantization.json), ("placement", summary.json)]
    }
    return Inspection(text: parts.joined(separator: "\n"), json: .object(JSONObject(members)), warnings: model.warnings)
}

/// Whether a path is the folder of an artifact.
public func isArtifact(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(PlacementSummary.fileName)") }
