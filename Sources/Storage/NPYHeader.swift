import Diagnostics

/// The header of an `.npy` file: a Python dictionary with the keys `descr`, `fortran_order` and `shape`.
struct NPYHeader {
    var shape: [Int]
    var isColumnMajor: Bool
    var isBigEndian: Bool
    /// nil for half precision, which has no type of its own here.
    var elementType: ElementType?

    var byteCount: Int { elementType?.byteCount ?? 2 }

    init(parsing text: ArraySlice<UInt8>, named name: String) throws(DiagnosticsError) {
        var scanner = Scanner(text: text)
        var (type, order, shape): (String?, Bool?, [Int]?)
        guard scanner.take("{") else { throw NPY.malformed(name, "its header is no dictionary") }
        while !scanner.take("}") {
            guard let key = scanner.string(), scanner.take(":") else { throw NPY.malformed(name, "its header is no dictionary") }
            switch key {
            case "descr": type = scanner.string()
            case "fortran_order": order = scanner.truth()
            case "shape": shape = scanner.integers()
            default: throw NPY.malformed(name, "unknown key '\(key)' in its header")
            }
            if !scanner.take(",") {
                guard scanner.take("}") else { throw NPY.malformed(name, "its header has no valid '\(key)'") }
                break
            }
        }
        guard let type, let order, let shape else {
            let missing = type == nil ? "descr" : order == nil ? "fortran_order" : "shape"
            throw NPY.malformed(name, "its header has no valid '\(missing)'")
        }
        guard shape.count <= 32 else { throw NPY.malformed(name, "\(shape.count) dimensions; 32 are the most") }
        let code = String(type.drop { "<>=|".contains($0) })
        let element = Self.known[code]
        guard element != nil || code == "f2" else {
            throw DiagnosticsError(
                Diagnostic(
                    "storage-npy-unsupported", "'\(name)' holds numpy values of type '\(type)'",
                    help: "convert it to a type of plain numbers, such as float32, and save it again"))
        }
        (self.shape, isColumnMajor, isBigEndian, elementType) = (shape, order, type.hasPrefix(">"), element)
    }

    /// The array from row-major bytes.
    func array(from bytes: ArraySlice<UInt8>) -> NumericArray {
        guard let elementType else {
            let halves = UInt16.numericArray(from: bytes, shape: shape, bigEndian: isBigEndian)
            guard case .uint16(let patterns) = halves.storage else { preconditionFailure("bug: half precision is read as 16 bits") }
            return NumericArray(patterns.map(float(fromHalf:)), shape: shape)
        }
        let array = elementType.swiftType.numericArray(from: bytes, shape: shape, bigEndian: isBigEndian)
        guard elementType == .bool, case .int8(let truths) = array.storage else { return array }
        return NumericArray(shape: shape, storage: .bool(truths.map { $0 == 0 ? 0 : 1 }))
    }

    private static let known: [String: ElementType] = [
        "b1": .bool, "i1": .int8, "u1": .uint8, "i2": .int16, "u2": .uint16, "i4": .int32, "u4": .uint32, "i8": .int64, "u8": .uint64,
        "f4": .float32, "f8": .float64,
    ]

    /// numpy's name of a type, in little-endian order.
    static func code(of type: ElementType) -> String {
        switch type {
        case .bool: "|b1"
        case .int8: "|i1"
        case .uint8: "|u1"
        case .int16: "<i2"
        case .uint16: "<u2"
        case .int32: "<i4"
        case .uint32: "<u4"
        case .int64: "<i8"
        case .uint64: "<u8"
        case .float32: "<f4"
        case .float64: "<f8"
        }
    }

    /// The few tokens of Python that the header uses.
    private struct Scanner {
        var text: ArraySlice<UInt8>

        private mutating func skipBlanks() { text = text.drop { $0 == 0x20 || $0 == 0x0a || $0 == 0x09 || $0 == 0x0d } }

        mutating func take(_ token: String) -> Bool {
            skipBlanks()
            guard text.starts(with: token.utf8) else { return false }
            text = text.dropFirst(token.utf8.count)
            return true
        }

        mutating func string() -> String? {
            skipBlanks()
            guard let quote = text.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
            text = text.dropFirst()
            guard let end = text.firstIndex(of: quote) else { return nil }
            defer { text = text[(end + 1)...] }
            return String(decoding: text[..<end], as: UTF8.self)
        }

        mutating func truth() -> Bool? { take("True") ? true : take("False") ? false : nil }

        mutating func integers() -> [Int]? {
            guard take("(") else { return nil }
            var integers: [Int] = []
            while !take(")") {
                skipBlanks()
                let digits = text.prefix { $0 &- UInt8(ascii: "0") < 10 }
                guard let integer = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
                integers.append(integer)
                text = text.dropFirst(digits.count)
                _ = take("L")  // Python 2 wrote long integers so
                if !take(",") {
                    guard take(")") else { return nil }
                    break
                }
            }
            return integers
        }
    }
}

/// The value of an IEEE 754 half: 1 sign bit, 5 exponent bits, 10 bits of fraction.
func float(fromHalf pattern: UInt16) -> Float {
    let sign: Float = pattern >> 15 == 0 ? 1 : -1
    let exponent = Int(pattern >> 10 & 31)
    let fraction = Float(pattern & 1023)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10)
    }
}
