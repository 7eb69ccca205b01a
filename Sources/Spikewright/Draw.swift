public import Diagnostics
public import Drawing
public import Foundation
public import Lowering
import Storage

/// The drawing of where a compiled network lies on its chip.
/// - Parameter artifact: the folder that `compile` wrote.
public func draw(_ artifact: String, as format: DrawingFormat) throws(DiagnosticsError) -> Data {
    try PlacementDrawing(try placement(in: artifact)).graph.render(format)
}

/// What lies where, as the artifact tells it.
public func placement(in artifact: String) throws(DiagnosticsError) -> PlacementSummary {
    let path = "\(artifact)/\(PlacementSummary.fileName)"
    guard FileManager.default.fileExists(atPath: path) else {
        throw DiagnosticsError(
            Diagnostic(
                "artifact-not-found", "'\(artifact)' is not the folder of an artifact: there is no '\(PlacementSummary.fileName)' in it",
                help: "give the folder that `spikewright compile -o` wrote"))
    }
    return try PlacementSummary(try JSONValue(file: path), file: path)
}
