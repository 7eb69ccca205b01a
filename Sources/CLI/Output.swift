import Foundation
import Spikewright

/// Prints a result as text, and writes it as JSON where the user wants it: in place of the text when that is standard output (`-`).
func answer(_ text: String, _ json: JSONValue, _ common: CommonOptions) throws {
    switch common.json {
    case nil: print(text, terminator: "")
    case "-"?: print(json.text(pretty: true), terminator: "")
    case let path?:
        print(text, terminator: "")
        try json.write(to: path)
    }
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
