public import Diagnostics

/// The idx format of MNIST: two zero bytes, a type code, the number of dimensions, their lengths and the values, all big-endian.
///
/// Source: the description on LeCun's MNIST page, "the IDX file format".
public enum IDX {
    public static func isRecognised(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 4 && bytes[0] == 0 && bytes[1] == 0 && elementType(code: bytes[2]) != nil
    }

    /// Reads a file; gzip is unpacked.
    public static func read(_ path: String, limit: Int = ByteFile.defaultLimit) throws(DiagnosticsError) -> NumericArray {
        try parse(try ByteFile.read(path, limit: limit), named: path)
    }

    public static func parse(_ bytes: [UInt8], named name: String) throws(DiagnosticsError) -> NumericArray {
        var reader = ByteReader(bytes[...])
        guard reader.integer(2) == 0, let code = reader.integer(1), let rank = reader.integer(1) else {
            throw malformed(name, "it does not start with two zero bytes, a type and a number of dimensions")
        }
        guard let element = elementType(code: UInt8(code)) else {
            throw malformed(name, "unknown type code 0x\(hexadecimal([UInt8(code)]))")
        }
        var shape: [Int] = []
        for axis in 0..<rank {
            guard let length = reader.integer(4, bigEndian: true) else {
                throw malformed(name, "it ends before the length of dimension \(axis + 1) of \(rank)")
            }
            shape.append(length)
        }
        guard let count = product(shape, limit: .max / 8), count * element.byteCount == reader.remaining else {
            throw malformed(name, "shape \(shape) of \(element.rawValue) does not match the \(reader.remaining) bytes that follow")
        }
        return element.swiftType.numericArray(from: bytes[reader.offset...], shape: shape, bigEndian: true)
    }

    private static func elementType(code: UInt8) -> ElementType? {
        switch code {
        case 0x08: .uint8
        case 0x09: .int8
        case 0x0b: .int16
        case 0x0c: .int32
        case 0x0d: .float32
        case 0x0e: .float64
        default: nil
        }
    }

    private static func malformed(_ name: String, _ reason: String) -> DiagnosticsError {
        DiagnosticsError(
            Diagnostic(
                "storage-idx-malformed", "'\(name)' is not a valid idx file: \(reason)",
                help: "fetch the file again, and compare its checksum with that of its source"))
    }
}

extension NumericElement {
    /// The array of `shape` from packed bytes, which must be enough.
    static func numericArray(from bytes: ArraySlice<UInt8>, shape: [Int], bigEndian: Bool) -> NumericArray {
        let count = shape.reduce(1, *)
        return NumericArray(bytes.withUnsafeBytes { array(from: $0, count: count, bigEndian: bigEndian) }, shape: shape)
    }
}
