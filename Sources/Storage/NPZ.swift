public import Diagnostics

/// numpy's archive of arrays: a zip file of `.npy` members, stored or deflated.
///
/// The structure is that of PKWARE's APPNOTE.TXT, §4.3: the central directory at the end is authoritative; 64-bit extensions included.
public struct NPZ: Sendable {
    private struct Member {
        var name: String
        var isDeflated: Bool
        var packedSize: Int
        var size: Int
        var offset: Int
    }

    private let bytes: [UInt8]
    private let file: String
    private let members: [Member]

    public static func isRecognised(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x50, 0x4b, 3, 4]) || bytes.starts(with: [0x50, 0x4b, 5, 6])
    }

    /// Opens an archive; members are unpacked when they are asked for.
    public init(file path: String, limit: Int = ByteFile.defaultLimit) throws(DiagnosticsError) {
        try self.init(try ByteFile.readRaw(path, limit: limit), named: path)
    }

    public init(_ bytes: [UInt8], named name: String) throws(DiagnosticsError) {
        self.bytes = bytes
        file = name
        members = try Self.directory(of: bytes, named: name)
    }

    /// The names of the arrays, without `.npy`, in the order of the archive.
    public var names: [String] { members.map(\.name) }

    /// One array; without a name, the only one.
    public func array(_ name: String? = nil, limit: Int = ByteFile.defaultLimit) throws(DiagnosticsError) -> NumericArray {
        guard let member = name == nil && members.count == 1 ? members.first : members.first(where: { $0.name == name }) else {
            let near = name.flatMap { nearestName(to: $0, among: names) }
            throw DiagnosticsError(
                Diagnostic(
                    "storage-npz-member",
                    name.map { "'\(file)' has no array '\($0)'" } ?? "'\(file)' holds \(members.count) arrays; name one",
                    help: near.map { "did you mean '\($0)'?" } ?? "it holds: \(names.prefix(20).joined(separator: ", "))"))
        }
        let place = "\(file):\(member.name)"
        // The local header repeats the name and may carry other extra fields than the directory, so its lengths are read again.
        var reader = ByteReader(bytes[...])
        guard reader.take(member.offset) != nil, reader.integer(4) == 0x0403_4b50, reader.take(22) != nil,
            let nameLength = reader.integer(2),
            let extraLength = reader.integer(2), reader.take(nameLength + extraLength) != nil, let packed = reader.take(member.packedSize)
        else { throw Self.malformed(file, "array '\(member.name)' lies outside the file") }
        guard member.size <= limit else { throw tooLarge(place, limit: limit) }
        let contents = member.isDeflated ? try Gzip.inflate(packed, wrapping: .none, named: place, limit: limit) : Array(packed)
        guard contents.count == member.size else {
            throw Self.malformed(file, "array '\(member.name)' has \(contents.count) bytes instead of \(member.size)")
        }
        return try NPY.parse(contents, named: place)
    }

    private static func directory(of bytes: [UInt8], named name: String) throws(DiagnosticsError) -> [Member] {
        // The end record is 22 bytes and a comment of at most 65,535.
        let signature: [UInt8] = [0x50, 0x4b, 5, 6]
        let lowest = max(0, bytes.count - 22 - 65535)
        guard bytes.count >= 22,
            let end = stride(from: bytes.count - 22, through: lowest, by: -1).first(where: { bytes[$0...].starts(with: signature) })
        else { throw malformed(name, "it has no directory at its end; it may have been cut short") }
        var reader = ByteReader(bytes[(end + 8)...])
        guard reader.integer(2) != nil, var count = reader.integer(2), reader.integer(4) != nil, var offset = reader.integer(4) else {
            throw malformed(name, "its end record is cut short")
        }
        if count == 0xffff || offset == 0xffff_ffff, end >= 20 {
            var locator = ByteReader(bytes[(end - 20)...])
            if locator.integer(4) == 0x0706_4b50, locator.integer(4) != nil, let start = locator.integer(8), start <= bytes.count {
                var record = ByteReader(bytes[start...])
                if record.integer(4) == 0x0606_4b50, record.take(28) != nil, let count64 = record.integer(8), record.integer(8) != nil,
                    let offset64 = record.integer(8)
                {
                    (count, offset) = (count64, offset64)
                }
            }
        }
        guard offset <= end else { throw malformed(name, "its directory lies outside the file") }
        var directory = ByteReader(bytes[offset..<end])
        var members: [Member] = []
        for _ in 0..<count { members.append(try member(&directory, named: name)) }
        return members
    }

    private static func member(_ reader: inout ByteReader, named file: String) throws(DiagnosticsError) -> Member {
        guard reader.integer(4) == 0x0201_4b50, reader.take(4) != nil, let flags = reader.integer(2), let method = reader.integer(2),
            reader.take(8) != nil, var packedSize = reader.integer(4), var size = reader.integer(4), let nameLength = reader.integer(2),
            let extraLength = reader.integer(2), let commentLength = reader.integer(2), reader.take(8) != nil,
            var offset = reader.integer(4),
            let nameBytes = reader.take(nameLength), let extra = reader.take(extraLength), reader.take(commentLength) != nil
        else { throw malformed(file, "its directory is cut short") }
        var name = String(decoding: nameBytes, as: UTF8.self)
        if name.hasSuffix(".npy") { name.removeLast(4) }
        guard flags & 1 == 0, method == 0 || method == 8 else {
            throw malformed(file, "array '\(name)' is encrypted or packed with method \(method); stored and deflated are known")
        }
        var fields = ByteReader(extra)
        while let id = fields.integer(2), let length = fields.integer(2), let field = fields.take(length) {
            guard id == 1 else { continue }  // the 64-bit sizes, only of those that did not fit
            var wide = ByteReader(field)
            if size == 0xffff_ffff { size = wide.integer(8) ?? size }
            if packedSize == 0xffff_ffff { packedSize = wide.integer(8) ?? packedSize }
            if offset == 0xffff_ffff { offset = wide.integer(8) ?? offset }
        }
        return Member(name: name, isDeflated: method == 8, packedSize: packedSize, size: size, offset: offset)
    }

    private static func malformed(_ name: String, _ reason: String) -> DiagnosticsError {
        DiagnosticsError(
            Diagnostic(
                "storage-npz-malformed", "'\(name)' is not a valid .npz archive: \(reason)",
                help: "write it again with numpy.savez(path, name=array)"))
    }
}
