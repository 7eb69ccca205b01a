public import Diagnostics

extension JSONValue {
    /// Reads a file; gzip is unpacked.
    public init(file path: String, limit: Int = ByteFile.defaultLimit) throws(DiagnosticsError) {
        try self.init(parsing: try ByteFile.read(path, limit: limit), named: path)
    }

    /// Parses a whole text; faults are reported at their line and column in `name`.
    public init(parsing text: String, named name: String) throws(DiagnosticsError) {
        try self.init(parsing: Array(text.utf8), named: name)
    }

    /// Parses a whole text of UTF-8 bytes.
    public init(parsing bytes: [UInt8], named name: String) throws(DiagnosticsError) {
        var fault: JSONParser.Fault?
        let value: JSONValue? = bytes.withUnsafeBufferPointer { buffer in
            var parser = JSONParser(bytes: buffer)
            do throws(JSONParser.Fault) {
                return try parser.parseDocument()
            } catch {
                fault = error
                return nil
            }
        }
        if let fault { throw DiagnosticsError(fault.diagnostic(in: bytes, named: name)) }
        self = value ?? .null
    }
}

/// Recursive descent over the bytes of a JSON text.
private struct JSONParser {
    struct Fault: Error {
        var message: String
        var offset: Int
    }

    /// Deeper nesting is refused, so that the stack stays bounded.
    static let deepestNesting = 512

    let bytes: UnsafeBufferPointer<UInt8>
    var offset = 0
    var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func parseDocument() throws(Fault) -> JSONValue {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { offset = 3 }
        let value = try parseValue()
        skipBlanks()
        if offset < bytes.count { throw fault("the text goes on after the value") }
        return value
    }

    private mutating func parseValue() throws(Fault) -> JSONValue {
        skipBlanks()
        guard let byte = current else { throw fault("a value is missing") }
        switch byte {
        case UInt8(ascii: "{"): return try parseObject()
        case UInt8(ascii: "["): return try parseArray()
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        default: throw fault("a value is expected here")
        }
    }

    private mutating func parseObject() throws(Fault) -> JSONValue {
        try enter()
        var object = JSONObject()
        skipBlanks()
        if take("}") { return leave(.object(object)) }
        while true {
            skipBlanks()
            let start = offset
            guard current == UInt8(ascii: "\"") else { throw fault("a key in double quotes is expected here") }
            let key = try parseString()
            guard object[key] == nil else { throw Fault(message: "key '\(key)' is given twice", offset: start) }
            skipBlanks()
            guard take(":") else { throw fault("':' is expected after key '\(key)'") }
            object[key] = try parseValue()
            skipBlanks()
            if take(",") { continue }
            guard take("}") else { throw fault("',' or '}' is expected here") }
            return leave(.object(object))
        }
    }

    private mutating func parseArray() throws(Fault) -> JSONValue {
        try enter()
        var values: [JSONValue] = []
        skipBlanks()
        if take("]") { return leave(.array(values)) }
        while true {
            values.append(try parseValue())
            skipBlanks()
            if take(",") { continue }
            guard take("]") else { throw fault("',' or ']' is expected here") }
            return leave(.array(values))
        }
    }

    private mutating func parseString() throws(Fault) -> String {
        offset += 1
        let start = offset
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { offset += 1 }
        if current == UInt8(ascii: "\"") {
            defer { offset += 1 }
            return try text(UnsafeBufferPointer(rebasing: bytes[start..<offset]), from: start)
        }
        var content = Array(bytes[start..<offset])
        while true {
            guard let byte = current else { throw Fault(message: "the string that starts here has no end", offset: start - 1) }
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return try content.withUnsafeBufferPointer { buffer throws(Fault) in try text(buffer, from: start) }
            case UInt8(ascii: "\\"):
                content.append(contentsOf: Array(String(Character(try parseEscape())).utf8))
            case 0..<0x20: throw fault("a control character in a string must be written as an escape, \\u00\(hexadecimal([byte]))")
            default:
                content.append(byte)
                offset += 1
            }
        }
    }

    private func text(_ content: UnsafeBufferPointer<UInt8>, from start: Int) throws(Fault) -> String {
        guard let text = String(validating: content, as: UTF8.self) else {
            throw Fault(message: "the string is not UTF-8", offset: start - 1)
        }
        return text
    }

    private mutating func parseEscape() throws(Fault) -> Unicode.Scalar {
        offset += 1
        guard let byte = current else { throw fault("the text ends within an escape") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try parseFourDigits()
            if let scalar = Unicode.Scalar(first) { return scalar }
            guard (0xd800..<0xdc00).contains(first), take("\\"), take("u") else { throw fault("half of a surrogate pair stands alone") }
            let second = try parseFourDigits()
            guard (0xdc00..<0xe000).contains(second), let scalar = Unicode.Scalar(0x1_0000 + (first - 0xd800) << 10 + (second - 0xdc00))
            else { throw fault("half of a surrogate pair stands alone") }
            return scalar
        default: throw Fault(message: "unknown escape", offset: offset - 2)
        }
    }

    private mutating func parseFourDigits() throws(Fault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault("four hexadecimal digits are expected after \\u")
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }

    private mutating func parseNumber() throws(Fault) -> JSONValue {
        let start = offset
        let negative = take("-")
        var magnitude: UInt64 = 0
        var overflows = false
        let digits = offset
        while let byte = current, byte &- UInt8(ascii: "0") < 10 {
            let (product, carry) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry2) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            (magnitude, overflows) = (sum, overflows || carry || carry2)
            offset += 1
        }
        guard offset > digits else { throw fault("a digit is expected after '-'") }
        if bytes[digits] == UInt8(ascii: "0"), offset > digits + 1 {
            throw Fault(message: "a number must not start with 0", offset: start)
        }
        var isIntegral = true
        if take(".") {
            isIntegral = false
            try skipDigits("after the decimal point")
        }
        if take("e") || take("E") {
            isIntegral = false
            if !take("+") { _ = take("-") }
            try skipDigits("in the exponent")
        }
        if isIntegral, !overflows {
            if !negative, let value = Int(exactly: magnitude) { return .integer(value) }
            if negative, magnitude > 0, magnitude <= UInt64(1) << 63 { return .integer(Int(truncatingIfNeeded: 0 &- magnitude)) }
        }
        guard let value = Double(String(decoding: bytes[start..<offset], as: UTF8.self)), value.isFinite else {
            throw Fault(message: "the number is beyond a double", offset: start)
        }
        return .number(value)
    }

    private mutating func skipDigits(_ place: String) throws(Fault) {
        let start = offset
        while let byte = current, byte &- UInt8(ascii: "0") < 10 { offset += 1 }
        guard offset > start else { throw fault("a digit is expected \(place)") }
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(Fault) -> JSONValue {
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes[offset...].starts(with: expected) else { throw fault("a value is expected here") }
        offset += expected.count
        return value
    }

    // MARK: Bytes

    private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipBlanks() {
        while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { offset += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = current, UInt32(byte) == character.value else { return false }
        offset += 1
        return true
    }

    private mutating func enter() throws(Fault) {
        offset += 1
        depth += 1
        if depth > Self.deepestNesting { throw fault("more than \(Self.deepestNesting) levels of nesting") }
    }

    private mutating func leave(_ value: JSONValue) -> JSONValue {
        depth -= 1
        return value
    }

    private func fault(_ message: String) -> Fault { Fault(message: message, offset: offset) }
}

extension JSONParser.Fault {
    func diagnostic(in bytes: [UInt8], named name: String) -> Diagnostic {
        Diagnostic(
            "storage-json-malformed", "'\(name)' is not valid JSON: \(message)", at: textPlace(of: offset, in: bytes, named: name),
            help: "mend the text at the marked place; 'python3 -m json.tool' shows the same fault")
    }
}

/// The line and column of a byte in UTF-8 text, as a place of one character.
func textPlace(of offset: Int, in bytes: [UInt8], named name: String, length: Int = 1) -> SourceRange {
    let before = bytes.prefix(offset)
    let line = before.reduce(1) { $1 == 0x0a ? $0 + 1 : $0 }
    let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    let column = before[lineStart...].reduce(1) { $1 & 0xc0 == 0x80 ? $0 : $0 + 1 }  // continuation bytes are no characters
    return SourceRange(file: name, start: .init(line: line, column: column), end: .init(line: line, column: column + length))
}
