public import Chips
public import Diagnostics
import Storage
import YAML

/// Chips that a description may name as its `base`.
public struct ChipLibrary: Sendable {
    /// Ascending.
    public var names: [String]
    /// The description of a chip and the name of its file, for messages.
    public var description: @Sendable (_ name: String) -> (text: String, file: String)?

    public init(names: [String], description: @escaping @Sendable (_ name: String) -> (text: String, file: String)?) {
        self.names = names.sorted()
        self.description = description
    }

    /// No chip.
    public static let empty = ChipLibrary(names: []) { _ in nil }
}

/// Reads a chip from YAML; `Documentation/Chip.md` explains every key.
///
/// - Parameters:
///   - file: the name of the file in messages.
///   - library: the chips that `base` may name.
/// - Throws: every `yaml-…` and `chip-…` fault at once, in the order of the file; those of `sources` when there are no others.
public func readChip(text: String, file: String, library: ChipLibrary = .empty) throws(DiagnosticsError) -> Chip {
    try readChip(bytes: Array(text.utf8), file: file, library: library)
}

/// Reads a chip from a YAML file.
public func readChip(_ path: String, library: ChipLibrary = .empty) throws(DiagnosticsError) -> Chip {
    try readChip(bytes: try ByteFile.read(path, limit: Limits().fileSize), file: path, library: library)
}

/// Reads a chip from the bytes of a YAML file.
public func readChip(bytes: [UInt8], file: String, library: ChipLibrary = .empty) throws(DiagnosticsError) -> Chip {
    let layer = try ChipLayer(bytes, file: file, library: library, above: [])
    var reader = ChipReader(citations: layer.citations)
    let chip = try reader.chip(layer.tree)
    try layer.citationFaults.throwIfErrors()
    return chip
}

/// Prints a chip as YAML that reads back as an equal chip, but for places and bases.
public func printChip(_ chip: Chip) -> String { printYAML(chip.yaml) }
