/// Shape, type and place of a dataset's values.
struct HDF5Layout: Sendable {
    enum Place: Sendable {
        /// One stretch of the file; nil when nothing was written yet.
        case contiguous(Range<Int>?)
        case chunked(tree: Int?, chunk: [Int])
    }

    enum Filter: Int {
        case deflate = 1
        case shuffle = 2
    }

    let shape: [Int]
    let datatype: HDF5Datatype
    let place: Place
    let filters: [Filter]
    /// The bytes of one value that was never written.
    let fill: [UInt8]

    /// Bytes of all values.
    var byteCount: Int { shape.reduce(datatype.size, *) }

    init(_ header: HDF5Header, in bytes: HDF5Bytes) throws(HDF5Image.Fault) {
        guard let space = header.first(.dataspace), let type = header.first(.datatype), let layout = header.first(.layout) else {
            throw .malformed("a dataset without a shape or a type")
        }
        guard header.first(.externalFiles) == nil else { throw .malformed("values in another file") }
        datatype = try HDF5Datatype(in: bytes, at: type.lowerBound)
        shape = try Self.shape(at: space.lowerBound, in: bytes)
        guard product(shape, limit: .max / datatype.size) != nil else { throw .malformed("the impossible shape \(shape)") }
        filters = try Self.filters(header.first(.filters), in: bytes)
        fill = try Self.fill(header.first(.fillValue), size: datatype.size, in: bytes)
        place = try Self.place(at: layout.lowerBound, rank: shape.count, datatype: datatype, in: bytes)
        // Before anything of this size is allocated: a damaged shape may name terabytes. Deflate packs at most 1032 to 1.
        let most: Int
        switch place {
        case .contiguous(let range?): most = range.count
        case .contiguous(nil): most = 1 << 26
        case .chunked: most = bytes.count.multipliedReportingOverflow(by: 1100).partialValue
        }
        let size = shape.contains(0) ? 0 : shape.reduce(datatype.size, *)
        guard size <= most else { throw .malformed("the shape \(shape) needs \(size) bytes, there are \(bytes.count) in the file") }
    }

    private static func shape(at offset: Int, in bytes: HDF5Bytes) throws(HDF5Image.Fault) -> [Int] {
        let version = try bytes.integer(at: offset, 1)
        let rank = try bytes.integer(at: offset + 1, 1)
        guard (1...2).contains(version), rank <= 32 else { throw .malformed("a shape of \(rank) dimensions") }
        if version == 2, try bytes.integer(at: offset + 3, 1) == 2 { return [0] }  // the empty dataspace
        var shape: [Int] = []
        for axis in 0..<rank { shape.append(try bytes.integer(at: offset + (version == 1 ? 8 : 4) + 8 * axis, 8)) }
        return shape
    }

    private static func filters(_ range: Range<Int>?, in bytes: HDF5Bytes) throws(HDF5Image.Fault) -> [Filter] {
        guard let range else { return [] }
        let version = try bytes.integer(at: range.lowerBound, 1)
        guard (1...2).contains(version) else { throw .malformed("filters of unknown version") }
        var offset = range.lowerBound + (version == 1 ? 8 : 2)
        var filters: [Filter] = []
        for _ in 0..<(try bytes.integer(at: range.lowerBound + 1, 1)) {
            let id = try bytes.integer(at: offset, 2)
            guard let filter = Filter(rawValue: id) else {
                // Fletcher's checksum, szip, n-bit and scale-offset come with the library.
                throw (3...6).contains(id) ? .foreign("filter \(id)") : .unsupported("filter \(id)")
            }
            filters.append(filter)
            // In version 2, the filters that HDF5 itself knows have no name, and values are not padded.
            var nameLength = 0
            if version == 1 {
                nameLength = try bytes.integer(at: offset + 2, 2)
                offset += 2
            }
            let values = try bytes.integer(at: offset + 4, 2)
            offset += 6 + nameLength + 4 * (version == 1 ? (values + 1) / 2 * 2 : values)
        }
        return filters
    }

    private static func fill(_ range: Range<Int>?, size: Int, in bytes: HDF5Bytes) throws(HDF5Image.Fault) -> [UInt8] {
        guard size <= bytes.count else { throw .malformed("values of \(size) bytes") }
        let zeros = [UInt8](repeating: 0, count: size)
        guard let range else { return zeros }
        let version = try bytes.integer(at: range.lowerBound, 1)
        let flags = try bytes.integer(at: range.lowerBound + 1, 1)
        let offset: Int?
        switch version {
        case 1: offset = 4
        case 2: offset = try bytes.integer(at: range.lowerBound + 3, 1) == 0 ? nil : 4
        case 3: offset = flags & 0x20 == 0 ? nil : 2
        default: throw .malformed("a fill value of unknown version")
        }
        guard let offset, try bytes.integer(at: range.lowerBound + offset, 4) == size else { return zeros }
        return Array(try bytes.slice(at: range.lowerBound + offset + 4, size))
    }

    private static func place(at offset: Int, rank: Int, datatype: HDF5Datatype, in bytes: HDF5Bytes) throws(HDF5Image.Fault) -> Place {
        switch (try bytes.integer(at: offset, 1), try bytes.integer(at: offset + 1, 1)) {
        case (3...4, 0):
            let size = try bytes.integer(at: offset + 2, 2)
            return .contiguous(offset + 4..<offset + 4 + (try bytes.slice(at: offset + 4, size).count))
        case (3...4, 1):
            guard let start = try bytes.address(at: offset + 2) else { return .contiguous(nil) }
            return .contiguous(start..<start + (try bytes.slice(at: start, try bytes.integer(at: offset + 10, 8)).count))
        case (3, 2):
            guard try bytes.integer(at: offset + 2, 1) == rank + 1 else { throw .malformed("chunks of other dimensions than the values") }
            var chunk: [Int] = []
            for axis in 0..<rank { chunk.append(try bytes.integer(at: offset + 11 + 4 * axis, 4)) }
            guard !chunk.contains(0), try bytes.integer(at: offset + 11 + 4 * rank, 4) == datatype.size,
                let count = product(chunk, limit: (1 << 30) / datatype.size), count * datatype.size <= bytes.count * 1100
            else { throw .malformed("chunks of \(chunk) values") }
            return .chunked(tree: try bytes.address(at: offset + 3), chunk: chunk)
        case (4, 2):
            throw try bytes.integer(at: 8, 1) >= 2 ? .foreign("chunks of layout version 4") : .malformed("chunks newer than the file")
        case (1...2, _): throw .unsupported("layout version 1 or 2")
        case (let version, let kind): throw .malformed("values in layout \(version), class \(kind)")
        }
    }
}
