public import Diagnostics

/// numpy's format for one array, versions 1 to 3 (NEP 1, "A simple file format for numpy arrays").
public enum NPY {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    public static func isRecognised(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

    /// Reads a file; gzip is unpacked. Column-major arrays are brought into row-major order, half precision becomes single.
    public static func read(_ path: String, limit: Int = ByteFile.defaultLimit) throws(DiagnosticsError) -> NumericArray {
        try parse(try ByteFile.read(path, limit: limit), named: path)
    }

    public static func parse(_ bytes: [UInt8], named name: String) throws(DiagnosticsError) -> NumericArray {
        var reader = ByteReader(bytes[...])
        guard let magic = reader.take(6), Array(magic) == Self.magic, let version = reader.integer(1), reader.integer(1) != nil else {
            throw malformed(name, "it does not start with \\x93NUMPY and a version")
        }
        guard (1...3).contains(version) else { throw malformed(name, "version \(version); 1 to 3 are known") }
        guard let length = reader.integer(version == 1 ? 2 : 4), let text = reader.take(length) else {
            throw malformed(name, "it ends within its header")
        }
        let header = try NPYHeader(parsing: text, named: name)
        guard let count = product(header.shape, limit: .max / 8), count * header.byteCount <= reader.remaining else {
            throw malformed(
                name, "shape \(header.shape) of \(header.byteCount) bytes each, but only \(reader.remaining) bytes follow the header")
        }
        let values = bytes[reader.offset..<reader.offset + count * header.byteCount]
        let rowMajor = header.isColumnMajor ? transpose(values, header) : Array(values)[...]
        return header.array(from: rowMajor)
    }

    /// The bytes of a version 1 file: little-endian, row-major, the header padded to 64 bytes as numpy does.
    public static func serialize(_ array: NumericArray) -> [UInt8] {
        let shape = array.shape.map(String.init).joined(separator: ", ") + (array.shape.count == 1 ? "," : "")
        var header = "{'descr': '\(NPYHeader.code(of: array.elementType))', 'fortran_order': False, 'shape': (\(shape)), }"
        let unpadded = magic.count + 4 + header.utf8.count + 1
        header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
        let length = header.utf8.count
        return magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)] + Array(header.utf8) + array.bytes
    }

    /// Writes a file in one step.
    public static func write(_ array: NumericArray, to path: String) throws(DiagnosticsError) {
        try ByteFile.write(serialize(array), to: path)
    }

    /// Column-major elements in row-major order.
    private static func transpose(_ bytes: ArraySlice<UInt8>, _ header: NPYHeader) -> ArraySlice<UInt8> {
        let shape = header.shape
        guard shape.count > 1, !bytes.isEmpty else { return Array(bytes)[...] }
        let size = header.byteCount
        var strides = [Int](repeating: size, count: shape.count)
        for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
        var index = [Int](repeating: 0, count: shape.count)
        var source = bytes.startIndex
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        while true {
            for byte in 0..<size { result.append(bytes[source + byte]) }
            var axis = shape.count - 1
            while axis >= 0 {
                index[axis] += 1
                source += strides[axis]
                if index[axis] < shape[axis] { break }
                source -= strides[axis] * shape[axis]
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return result[...] }
        }
    }

    static func malformed(_ name: String, _ reason: String) -> DiagnosticsError {
        DiagnosticsError(
            Diagnostic(
                "storage-npy-malformed", "'\(name)' is not a valid .npy array: \(reason)",
                help: "write it again with numpy.save(path, array)"))
    }
}
