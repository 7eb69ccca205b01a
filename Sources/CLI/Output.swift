import Foundation
import Spikewright

/// Writes a JSON result where the user wants it.
func writeJSON(_ value: JSONValue, to path: String?) throws {
    if let path { try value.write(to: path) }
}

/// Writes a file in one step.
func writeFile(_ data: Data, to path: String) throws { try ByteFile.write([UInt8](data), to: path) }
