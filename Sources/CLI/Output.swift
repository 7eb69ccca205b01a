import Foundation
import Spikewright

/// Writes a JSON result where the user wants it.
func writeJSON(_ value: JSONValue, to path: String?) throws {
    if let path { try value.write(to: path) }
}

/// Makes a folder, and those above it, where there is none.
func createFolder(_ path: String) throws {
    do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
        throw DiagnosticsError(
            Diagnostic(
                "output-folder", "cannot make the folder '\(path)': \(error.localizedDescription)",
                help: "choose a place that exists and can be written"))
    }
}

/// Writes a file in one step.
func writeFile(_ data: Data, to path: String) throws { try ByteFile.write([UInt8](data), to: path) }
