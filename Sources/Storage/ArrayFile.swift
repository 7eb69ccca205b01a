public import Diagnostics

/// Files that hold one array of numbers: `.npy`, idx (`-ubyte`), and text (`.csv`, `.tsv`, `.txt`), each also as `.gz`.
public enum ArrayFile {
    /// Reads an array; the format is recognised by the contents, and text is what is left.
    ///
    /// - Parameter member: the name of the array in an `.npz` archive, needed when it holds more than one.
    public static func read(_ path: String, member: String? = nil, limit: Int = ByteFile.defaultLimit) throws(DiagnosticsError)
        -> NumericArray
    {
        let bytes = try ByteFile.read(path, limit: limit)
        if NPY.isRecognised(bytes) { return try NPY.parse(bytes, named: path) }
        if NPZ.isRecognised(bytes) { return try NPZ(bytes, named: path).array(member, limit: limit) }
        if IDX.isRecognised(bytes) { return try IDX.parse(bytes, named: path) }
        return try CSV.parse(bytes, named: path).array
    }
}

/// Reads the numbers of a binary file in order; what is missing is nil, never a crash.
struct ByteReader {
    let bytes: ArraySlice<UInt8>
    var offset: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        offset = bytes.startIndex
    }

    var remaining: Int { bytes.endIndex - offset }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= remaining else { return nil }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    /// An unsigned integer of `count` bytes, at most 8.
    mutating func integer(_ count: Int, bigEndian: Bool = false) -> Int? {
        guard let part = take(count) else { return nil }
        let value = (bigEndian ? Array(part) : part.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(exactly: value)
    }
}

/// The number of values of a shape; nil when it is beyond `limit`, or would be without the dimensions of length 0.
func product(_ shape: [Int], limit: Int) -> Int? {
    var count = 1
    for length in shape where length != 0 {
        let (next, overflow) = count.multipliedReportingOverflow(by: length)
        guard length > 0, !overflow, next <= limit else { return nil }
        count = next
    }
    return shape.contains(0) ? 0 : count
}
