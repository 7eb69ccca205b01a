/// The messages of one object's header, of version 1 or 2, with what continues it elsewhere.
struct HDF5Header {
    enum Kind: Int {
        case dataspace = 0x01
        case linkInformation = 0x02
        case datatype = 0x03
        case fillValue = 0x05
        case link = 0x06
        case externalFiles = 0x07
        case layout = 0x08
        case filters = 0x0b
        case attribute = 0x0c
        case continuation = 0x10
        case symbolTable = 0x11
    }

    var messages: [(kind: Kind, range: Range<Int>)] = []

    /// - Parameter budget: messages that all headers of the file may have together.
    init(in bytes: HDF5Bytes, at address: Int, budget: inout Int) throws(HDF5Image.Fault) {
        let isNew = try bytes.slice(at: address, 4).elementsEqual(Array("OHDR".utf8))
        var blocks: [Range<Int>]
        var (prefix, alignment) = (8, 8)
        if isNew {
            guard try bytes.integer(at: address + 4, 1) == 2 else { throw .malformed("an object header of unknown version") }
            let flags = try bytes.integer(at: address + 5, 1)
            let sizeOffset = address + 6 + (flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0)
            let width = 1 << (flags & 3)
            let start = sizeOffset + width
            blocks = [start..<start + (try bytes.slice(at: start, try bytes.integer(at: sizeOffset, width)).count)]
            (prefix, alignment) = (flags & 4 != 0 ? 6 : 4, 1)
        } else {
            guard try bytes.integer(at: address, 1) == 1 else { throw .malformed("no object header at byte \(address)") }
            blocks = [address + 16..<address + 16 + (try bytes.slice(at: address + 16, try bytes.integer(at: address + 8, 4)).count)]
        }
        var next = 0
        while next < blocks.count {
            let block = blocks[next]
            next += 1
            var offset = block.lowerBound
            while offset + prefix <= block.upperBound {
                let type = try bytes.integer(at: offset, isNew ? 1 : 2)
                let size = try bytes.integer(at: offset + (isNew ? 1 : 2), 2)
                let flags = try bytes.integer(at: offset + (isNew ? 3 : 4), 1)
                let start = offset + prefix
                guard start + size <= block.upperBound, size % alignment == 0 else {
                    throw .malformed("a message beyond its header at byte \(offset)")
                }
                offset = start + size
                budget -= 1
                guard budget >= 0 else { throw .malformed("headers that repeat themselves") }
                guard let kind = Kind(rawValue: type) else { continue }
                if kind == .continuation {
                    guard let target = try bytes.address(at: start) else { throw .malformed("a header continued nowhere") }
                    let length = try bytes.slice(at: target, try bytes.integer(at: start + 8, 8)).count
                    if isNew { try bytes.expect("OCHK", at: target) }
                    // In version 2, a block has a signature before and a checksum behind.
                    guard !isNew || length >= 8 else { throw .malformed("a header block of \(length) bytes") }
                    blocks.append(isNew ? target + 4..<target + length - 4 : target..<target + length)
                } else {
                    guard flags & 2 == 0 || kind == .attribute else { throw .unsupported("a shared message") }
                    messages.append((kind, start..<start + size))
                }
            }
        }
    }

    func first(_ kind: Kind) -> Range<Int>? { messages.first { $0.kind == kind }?.range }
}
