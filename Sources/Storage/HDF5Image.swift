import Diagnostics

/// An HDF5 file in memory, read without the library: every address that the file names is checked, so a damaged file ends in a fault.
///
/// The library of Debian 12 (1.10.8) reads beyond its buffers on some damaged files. This reader knows what common writers produce:
/// superblocks 0 to 3, object headers 1 and 2, groups by symbol table or by links, contiguous, compact and chunked values, deflate
/// and shuffle. What it knows of but does not read is `foreign`, and left to the library. Source of the layout: HDF5 File Format
/// Specification, version 3.0 (The HDF Group).
struct HDF5Image: Sendable {
    enum Fault: Error {
        case malformed(String)
        /// Valid perhaps, but of a rare kind, and not worth the risk of the library.
        case unsupported(String)
        /// Surely one of the kinds that the library reads and this reader does not.
        case foreign(String)

        var reason: String {
            switch self {
            case .malformed(let reason), .unsupported(let reason), .foreign(let reason): reason
            }
        }
    }

    enum Node: Sendable {
        case group([(name: String, address: Int?)])
        case dataset(HDF5Layout)
        case other
    }

    let bytes: HDF5Bytes
    private let root: Int
    /// Every object that can be reached, by the address of its header.
    private var nodes: [Int: Node] = [:]

    init(_ contents: [UInt8]) throws(Fault) {
        bytes = HDF5Bytes(contents)
        root = try Self.rootAddress(in: bytes)
        var waiting = [root]
        var messageBudget = contents.count / 4 + 64
        while let address = waiting.popLast() {
            if nodes[address] != nil { continue }
            let header = try HDF5Header(in: bytes, at: address, budget: &messageBudget)
            let node = try Self.node(header, in: bytes)
            if case .group(let members) = node { waiting += members.compactMap(\.address) }
            nodes[address] = node
        }
        guard case .group = nodes[root] else { throw .malformed("the root is no group") }
    }

    /// What is at a path; nil when nothing is, or when the path runs in a circle.
    func node(at path: String) -> Node? {
        var address = root
        var passed: Set<Int> = [root]
        for part in path.split(separator: "/") where part != "." {
            guard case .group(let members) = nodes[address] else { return nil }
            guard let next = find(part, in: members), passed.insert(next).inserted else { return nil }
            address = next
        }
        return nodes[address]
    }

    /// Members are kept in the order of their bytes, which is the order of HDF5.
    private func find(_ name: Substring, in members: [(name: String, address: Int?)]) -> Int? {
        var (low, high) = (0, members.count)
        while low < high {
            let middle = (low + high) / 2
            if members[middle].name == name { return members[middle].address }
            if members[middle].name.utf8.lexicographicallyPrecedes(name.utf8) { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    // MARK: Structure

    private static func rootAddress(in bytes: HDF5Bytes) throws(Fault) -> Int {
        let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
        guard bytes.all.starts(with: signature) else {
            // A user block may come first, of 512 bytes or twice, four times, … as many.
            var start = 512
            while start < bytes.count {
                if bytes.all[start...].starts(with: signature) { throw .foreign("a user block") }
                start *= 2
            }
            throw .malformed("it does not start as HDF5 files do")
        }
        let version = try bytes.integer(at: 8, 1)
        let isOld = version < 2
        guard version <= 3 else { throw .unsupported("superblock version \(version)") }
        let sizes = isOld ? 13 : 9
        guard try bytes.integer(at: sizes, 1) == 8, try bytes.integer(at: sizes + 1, 1) == 8 else {
            throw .malformed("offsets and lengths are not of 8 bytes")
        }
        let base = isOld ? (version == 0 ? 24 : 28) : 12
        guard try bytes.integer(at: base, 8) == 0 else { throw .unsupported("a base address") }
        // Old: the header address is the second field of the root's symbol table entry, behind four addresses.
        guard let root = try bytes.address(at: isOld ? base + 32 + 8 : 36) else { throw .malformed("it has no root group") }
        return root
    }

    private static func node(_ header: HDF5Header, in bytes: HDF5Bytes) throws(Fault) -> Node {
        if let table = header.first(.symbolTable) { return .group(try symbolTable(table, in: bytes)) }
        if header.first(.layout) != nil { return .dataset(try HDF5Layout(header, in: bytes)) }
        guard header.first(.linkInformation) != nil || header.first(.link) != nil else { return .other }
        if let information = header.first(.linkInformation) {
            let flags = try bytes.integer(at: information.lowerBound + 1, 1)
            let heap = try bytes.address(at: information.lowerBound + 2 + (flags & 1) * 8)
            if let heap {
                try bytes.expect("FRHP", at: heap)
                throw .foreign("links in a fractal heap")
            }
        }
        var members: [(name: String, address: Int?)] = []
        for message in header.messages where message.kind == .link { members.append(try link(message.range, in: bytes)) }
        return .group(try inOrder(members))
    }

    /// Members in the order of their bytes. A name that is no step of a path would lead its reader in circles.
    private static func inOrder(_ members: [(name: String, address: Int?)]) throws(Fault) -> [(name: String, address: Int?)] {
        for member in members where !HDF5.isStep(member.name) { throw .malformed("the name '\(member.name.prefix(40))' in a group") }
        return members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private static func link(_ range: Range<Int>, in bytes: HDF5Bytes) throws(Fault) -> (name: String, address: Int?) {
        let flags = try bytes.integer(at: range.lowerBound + 1, 1)
        var offset = range.lowerBound + 2
        var kind = 0
        if flags & 8 != 0 {
            kind = try bytes.integer(at: offset, 1)
            offset += 1
        }
        if flags & 4 != 0 { offset += 8 }
        if flags & 16 != 0 { offset += 1 }
        let width = 1 << (flags & 3)
        let length = try bytes.integer(at: offset, width)
        let name = try bytes.slice(at: offset + width, length)
        let address = kind == 0 ? try bytes.address(at: offset + width + length) : nil
        return (String(decoding: name, as: UTF8.self), address)
    }

    /// An old-style group: a B-tree of symbol nodes, the names in a local heap.
    private static func symbolTable(_ range: Range<Int>, in bytes: HDF5Bytes) throws(Fault) -> [(name: String, address: Int?)] {
        guard let tree = try bytes.address(at: range.lowerBound), let heap = try bytes.address(at: range.lowerBound + 8) else {
            throw .malformed("a group without a table")
        }
        try bytes.expect("HEAP", at: heap)
        let size = try bytes.integer(at: heap + 8, 8)
        guard let start = try bytes.address(at: heap + 24) else { throw .malformed("a group without names") }
        let names = try bytes.slice(at: start, size)
        var members: [(name: String, address: Int?)] = []
        for node in try HDF5Tree(in: bytes, at: tree, kind: 0, keySize: 8).leaves {
            try bytes.expect("SNOD", at: node.child)
            for index in 0..<(try bytes.integer(at: node.child + 6, 2)) {
                let entry = node.child + 8 + index * 40
                let offset = try bytes.integer(at: entry, 8)
                guard offset < size, let end = names[(start + offset)...].firstIndex(of: 0) else {
                    throw .malformed("a name without an end")
                }
                // Cache type 2 is a symbolic link; what it points to is not followed.
                let isLink = try bytes.integer(at: entry + 16, 4) == 2
                let name = String(decoding: names[(start + offset)..<end], as: UTF8.self)
                members.append((name, isLink ? nil : try bytes.address(at: entry + 8)))
            }
        }
        return try inOrder(members)
    }
}

/// Checked access to the bytes of a file; all its integers are little-endian.
struct HDF5Bytes: Sendable {
    let all: [UInt8]

    init(_ all: [UInt8]) { self.all = all }

    var count: Int { all.count }

    /// An unsigned integer; one beyond the range of `Int` cannot be right.
    func integer(at offset: Int, _ size: Int) throws(HDF5Image.Fault) -> Int {
        let bits = try bits(at: offset, size)
        guard let value = Int(exactly: bits) else { throw .malformed("the number \(bits) at byte \(offset)") }
        return value
    }

    func bits(at offset: Int, _ size: Int) throws(HDF5Image.Fault) -> UInt64 {
        guard offset >= 0, size <= all.count, offset <= all.count - size else { throw .malformed("it ends before byte \(offset)") }
        var value: UInt64 = 0
        for index in 0..<size { value |= UInt64(all[offset + index]) << UInt64(8 * index) }
        return value
    }

    /// An address inside the file, or nil for the undefined one (all bits set).
    func address(at offset: Int) throws(HDF5Image.Fault) -> Int? {
        let bits = try bits(at: offset, 8)
        if bits == .max { return nil }
        guard bits < UInt64(all.count) else { throw .malformed("address \(bits) beyond its \(all.count) bytes") }
        return Int(bits)
    }

    func slice(at offset: Int, _ length: Int) throws(HDF5Image.Fault) -> ArraySlice<UInt8> {
        guard offset >= 0, length >= 0, length <= all.count, offset <= all.count - length else {
            throw .malformed("\(length) bytes at byte \(offset) are beyond its \(all.count) bytes")
        }
        return all[offset..<offset + length]
    }

    func expect(_ signature: StaticString, at offset: Int) throws(HDF5Image.Fault) {
        let expected = UnsafeBufferPointer(start: signature.utf8Start, count: signature.utf8CodeUnitCount)
        guard try slice(at: offset, expected.count).elementsEqual(expected) else { throw .malformed("no \(signature) at byte \(offset)") }
    }
}

/// The leaves of a B-tree of version 1: keys and children in turn.
struct HDF5Tree {
    struct Leaf {
        /// Where the key before the child is.
        var key: Int
        var child: Int
    }

    private(set) var leaves: [Leaf] = []

    /// - Parameter kind: 0 for groups, 1 for chunks.
    init(in bytes: HDF5Bytes, at address: Int, kind: Int, keySize: Int) throws(HDF5Image.Fault) {
        var waiting: [(address: Int, level: Int?)] = [(address, nil)]
        // A node takes 24 bytes at least, so a tree with more of them than fit repeats some.
        var budget = bytes.count / 24 + 1
        while let node = waiting.popLast() {
            budget -= 1
            try bytes.expect("TREE", at: node.address)
            let level = try bytes.integer(at: node.address + 5, 1)
            guard budget >= 0, try bytes.integer(at: node.address + 4, 1) == kind, level == node.level ?? level else {
                throw .malformed("a damaged B-tree at byte \(node.address)")
            }
            let count = try bytes.integer(at: node.address + 6, 2)
            var children: [(address: Int, level: Int?)] = []
            for index in 0..<count {
                let key = node.address + 24 + index * (keySize + 8)
                guard let child = try bytes.address(at: key + keySize) else { throw .malformed("a B-tree without a child") }
                if level == 0 { leaves.append(Leaf(key: key, child: child)) } else { children.append((child, level - 1)) }
            }
            guard leaves.count <= bytes.count else { throw .malformed("a B-tree that repeats itself") }
            waiting += children.reversed()
        }
    }
}
