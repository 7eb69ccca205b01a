import Diagnostics

/// The text of a file, known to be UTF-8 without forbidden characters, and its lines.
struct SourceText {
    let file: String
    /// The text without a byte order mark.
    let bytes: ArraySlice<UInt8>
    /// For each line, the number of characters before it.
    private let lineStarts: [UInt32]
    private let characterCount: Int

    /// Checks the encoding; libyaml's own errors about it have no line.
    init(_ bytes: [UInt8], file: String, limits: Limits) throws(DiagnosticsError) {
        let beginning = SourceRange(file: file, start: .init(line: 1, column: 1), end: .init(line: 1, column: 2))
        guard bytes.count <= min(limits.fileSize, Int(Int32.max)) else {
            throw DiagnosticsError(
                Diagnostic(
                    "yaml-file-too-large",
                    "the file has \(bytes.count) bytes, more than the \(limits.fileSize) that a description may have",
                    at: beginning, help: "keep large tables in an HDF5 or .npy file and name that file here"))
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw DiagnosticsError(
                Diagnostic("yaml-not-utf8", "the file is UTF-16, not UTF-8", at: beginning, help: "save it again as UTF-8"))
        }
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        var lineStarts: [UInt32] = [0]
        var characters = 0
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            let (scalar, length) = Self.decode(text, at: index)
            let column = characters - Int(lineStarts[lineStarts.count - 1]) + 1
            guard let scalar else {
                throw DiagnosticsError(
                    Diagnostic(
                        "yaml-not-utf8", "byte \(index) of the file, \(Self.hexadecimal(UInt32(byte), 2)), is not UTF-8",
                        at: Self.place(file, lineStarts.count, column), help: "save the file again as UTF-8"))
            }
            guard Self.isAllowed(scalar) else {
                throw DiagnosticsError(
                    Diagnostic(
                        "yaml-control-character", "the character U+\(Self.hexadecimal(scalar, 4).dropFirst(2)) may not stand in YAML",
                        at: Self.place(file, lineStarts.count, column),
                        help: scalar == 0xFEFF
                            ? "a byte order mark may only stand at the very beginning: remove this one"
                            : "remove it, or write it as an escape in a double-quoted string"))
            }
            index += length
            characters += 1
            let isBreak = byte == 0x0A || byte == 0x0D && (index == text.endIndex || text[index] != 0x0A)
            if isBreak { lineStarts.append(UInt32(characters)) }
        }
        self.file = file
        self.bytes = text
        self.lineStarts = lineStarts
        self.characterCount = characters
    }

    /// The place between two character offsets, as libyaml counts them.
    func range(_ start: Int, _ end: Int) -> SourceRange {
        SourceRange(file: file, start: position(start), end: position(max(start, end)))
    }

    /// The place of an offset; libyaml would also count U+0085, U+2028 and U+2029 as line breaks, editors do not.
    func position(_ character: Int) -> SourceRange.Position {
        let character = min(max(character, 0), characterCount)
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= UInt32(character) { low = middle } else { high = middle }
        }
        return SourceRange.Position(line: low + 1, column: character - Int(lineStarts[low]) + 1)
    }

    private static func place(_ file: String, _ line: Int, _ column: Int) -> SourceRange {
        SourceRange(file: file, start: .init(line: line, column: column), end: .init(line: line, column: column + 1))
    }

    /// The character at an offset and the number of its bytes, or nil when the bytes are not UTF-8 (Unicode 15, table 3-7).
    private static func decode(_ text: ArraySlice<UInt8>, at index: Int) -> (scalar: UInt32?, length: Int) {
        let first = text[index]
        if first < 0x80 { return (UInt32(first), 1) }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard (0xC2...0xF4).contains(first), index + length <= text.endIndex else { return (nil, 1) }
        var scalar = UInt32(first) & (0x7F >> UInt32(length))
        for offset in 1..<length {
            let byte = text[index + offset]
            guard byte & 0xC0 == 0x80 else { return (nil, 1) }
            scalar = scalar << 6 | UInt32(byte & 0x3F)
        }
        let least: UInt32 = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80
        guard scalar >= least, Unicode.Scalar(scalar) != nil else { return (nil, 1) }
        return (scalar, length)
    }

    /// The characters that libyaml reads (a subset of YAML 1.2.2, rule 1, that leaves out U+007F, U+FEFF).
    private static func isAllowed(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85: true
        case 0xA0...0xD7FF, 0xE000...0xFFFD: scalar != 0xFEFF
        case 0x10000...0x10FFFF: true
        default: false
        }
    }

    private static func hexadecimal(_ value: UInt32, _ digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

extension SourceText {
    /// The byte at which a character begins. Linear.
    func byteIndex(of character: Int) -> Int {
        var remaining = character
        for index in bytes.indices where bytes[index] & 0xC0 != 0x80 {
            if remaining == 0 { return index }
            remaining -= 1
        }
        return bytes.endIndex
    }

    /// The character at an offset. Linear.
    func character(_ offset: Int) -> Unicode.Scalar? {
        let index = byteIndex(of: offset)
        return String(decoding: bytes[index..<min(index + 4, bytes.endIndex)], as: UTF8.self).unicodeScalars.first
    }
}
