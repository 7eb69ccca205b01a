import CHDF5
import Diagnostics

/// A dataset opened by the library, of a file that is not trusted; used under the lock.
struct HDF5Dataset: ~Copyable {
    let path: String
    let name: String
    let id: hid_t
    let type: hid_t
    let space: hid_t
    let description: HDF5File.Description

    init(file: HDF5File, name: String) throws(DiagnosticsError) {
        let id = H5Dopen2(file.handle, name, spk_h5p_default())
        guard id >= 0 else { throw HDF5.malformed(file.path, name, HDF5.lockedTakeError()) }
        let type = H5Dget_type(id)
        let space = H5Dget_space(id)
        do throws(DiagnosticsError) {
            guard type >= 0, space >= 0 else { throw HDF5.malformed(file.path, name, HDF5.lockedTakeError()) }
            let shape = try Self.shape(of: space, path: file.path, name: name)
            description = .init(shape: shape, content: try Self.content(of: type, path: file.path, name: name))
        } catch {
            Self.close(id, type, space)
            throw error
        }
        (self.path, self.name) = (file.path, name)
        (self.id, self.type, self.space) = (id, type, space)
    }

    deinit { Self.close(id, type, space) }

    private static func close(_ id: hid_t, _ type: hid_t, _ space: hid_t) {
        if space >= 0 { H5Sclose(space) }
        if type >= 0 { H5Tclose(type) }
        H5Dclose(id)
    }

    private static func shape(of space: hid_t, path: String, name: String) throws(DiagnosticsError) -> [Int] {
        switch H5Sget_simple_extent_type(space) {
        case H5S_SCALAR: return []
        case H5S_NULL: return [0]
        default: break
        }
        let rank = H5Sget_simple_extent_ndims(space)
        guard (0...32).contains(rank) else { throw HDF5.malformed(path, name, "\(rank) dimensions") }
        var extent = [hsize_t](repeating: 0, count: Int(rank))
        H5Sget_simple_extent_dims(space, &extent, nil)
        var count = 1
        for length in extent {
            let (product, overflow) = count.multipliedReportingOverflow(by: Int(exactly: length) ?? .max)
            guard !overflow, Int(exactly: length) != nil else { throw HDF5.malformed(path, name, "impossible shape \(extent)") }
            count = product
        }
        return extent.map { Int($0) }
    }

    private static func content(of type: hid_t, path: String, name: String) throws(DiagnosticsError) -> HDF5File.Description.Content {
        let size = H5Tget_size(type)
        switch H5Tget_class(type) {
        case H5T_INTEGER:
            if let element = ElementType.integer(byteCount: size, isSigned: H5Tget_sign(type) == H5T_SGN_2) { return .numbers(element) }
            throw HDF5.wrongType(path, name, "holds integers of \(size) bytes")
        case H5T_FLOAT: return .numbers(size <= 4 ? .float32 : .float64)
        case H5T_STRING: return .strings
        case H5T_ENUM:
            let base = H5Tget_super(type)
            defer { H5Tclose(base) }
            if spk_h5t_is_boolean(type) != 0 { return .numbers(.bool) }
            guard let element = ElementType.integer(byteCount: size, isSigned: H5Tget_sign(base) == H5T_SGN_2) else { fallthrough }
            return .numbers(element)
        default:
            _ = HDF5.lockedTakeError()
            throw HDF5.wrongType(path, name, "holds neither numbers nor strings")
        }
    }

    // MARK: Values

    func read(rows: Range<Int>?, limit: Int) throws(DiagnosticsError) -> NumericArray {
        guard case .numbers(let element) = description.content else { throw HDF5.wrongType(path, name, "holds strings, not numbers") }
        try checkStorage(elementSize: H5Tget_size(type))
        var shape = description.shape
        var selection = spk_h5s_all()
        var memory = spk_h5s_all()
        defer { if memory != spk_h5s_all() { H5Sclose(memory) } }
        if let rows {
            shape[0] = rows.count
            let start = [hsize_t(rows.lowerBound)] + [hsize_t](repeating: 0, count: shape.count - 1)
            let extent = shape.map { hsize_t($0) }
            if !shape.contains(0) { H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nil, extent, nil) }
            selection = space
            memory = H5Screate_simple(Int32(shape.count), extent, nil)
        }
        let count = shape.reduce(1, *)
        guard count <= limit / element.byteCount else { throw tooLarge("\(path):\(name)", limit: limit) }
        if count == 0 { return NumericArray(shape: shape, storage: element.swiftType.emptyStorage(element)) }
        guard let storage = element.swiftType.readHDF5(id, element, type: type, count: count, memory: memory, selection: selection) else {
            throw HDF5.malformed(path, name, HDF5.lockedTakeError())
        }
        return NumericArray(shape: shape, storage: storage)
    }

    func readStrings(limit: Int) throws(DiagnosticsError) -> [String] {
        guard case .strings = description.content else { throw HDF5.wrongType(path, name, "holds numbers, not strings") }
        let size = max(1, H5Tget_size(type))
        let count = description.count
        guard count <= limit / max(size, 16) else { throw tooLarge("\(path):\(name)", limit: limit) }
        try checkStorage(elementSize: size)
        if count == 0 { return [] }
        return H5Tis_variable_str(type) > 0 ? try readVariable(count) : try readFixed(count, size: size)
    }

    private func readFixed(_ count: Int, size: Int) throws(DiagnosticsError) -> [String] {
        var bytes = [UInt8](repeating: 0, count: count * size)
        guard H5Dread(id, type, spk_h5s_all(), spk_h5s_all(), spk_h5p_default(), &bytes) >= 0 else {
            throw HDF5.malformed(path, name, HDF5.lockedTakeError())
        }
        let isBlankPadded = H5Tget_strpad(type) == H5T_STR_SPACEPAD
        return (0..<count).map { index in
            var string = bytes[index * size..<(index + 1) * size].prefix { $0 != 0 }
            while isBlankPadded, string.last == UInt8(ascii: " ") { string.removeLast() }
            return String(decoding: string, as: UTF8.self)
        }
    }

    private func readVariable(_ count: Int) throws(DiagnosticsError) -> [String] {
        var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
        let memory = H5Tcopy(type)
        defer { H5Tclose(memory) }
        guard H5Dread(id, memory, spk_h5s_all(), spk_h5s_all(), spk_h5p_default(), &pointers) >= 0 else {
            throw HDF5.malformed(path, name, HDF5.lockedTakeError())
        }
        let strings = pointers.map { $0.map { String(cString: $0) } ?? "" }
        H5Dvlen_reclaim(memory, space, spk_h5p_default(), &pointers)
        return strings
    }

    /// Refuses what the file cannot hold, before anything of its size is allocated: a damaged shape may name terabytes.
    private func checkStorage(elementSize: Int) throws(DiagnosticsError) {
        let creation = H5Dget_create_plist(id)
        guard creation >= 0 else { throw HDF5.malformed(path, name, HDF5.lockedTakeError()) }
        defer { H5Pclose(creation) }
        guard H5Pget_external_count(creation) == 0 else { throw HDF5.malformed(path, name, "its values are in another file") }
        let stored = Int(exactly: H5Dget_storage_size(id)) ?? .max
        let (bytes, overflow) = description.count.multipliedReportingOverflow(by: elementSize)
        let fileSize = try ByteFile.checkReadable(path)
        guard !overflow, stored <= fileSize else {
            throw HDF5.malformed(path, name, "shape \(description.shape) in \(fileSize) bytes of file")
        }
        if H5Pget_layout(creation) == H5D_CHUNKED {
            var extent = [hsize_t](repeating: 1, count: 33)
            let rank = H5Pget_chunk(creation, 33, &extent)
            var chunk = elementSize
            for length in extent.prefix(Int(max(0, rank))) {
                let (product, overflow) = chunk.multipliedReportingOverflow(by: Int(exactly: length) ?? .max)
                guard !overflow, product <= 1 << 30 else {
                    throw HDF5.malformed(path, name, "chunks of \(extent.prefix(Int(rank))) values")
                }
                chunk = product
            }
            // Deflate packs at most 1032 to 1; values that were never written take no room.
            guard bytes / 1100 <= stored + 65536 else {
                throw HDF5.malformed(path, name, "\(bytes) bytes of values in \(stored) bytes of file")
            }
        } else if stored == 0 ? bytes > 1 << 26 : bytes > stored {
            throw HDF5.malformed(path, name, "\(bytes) bytes of values in \(stored) bytes of file")
        }
    }
}

extension NumericElement {
    fileprivate static func emptyStorage(_ element: ElementType) -> NumericArray.Storage { element == .bool ? .bool([]) : storage([]) }

    /// The selected values; nil when the library fails.
    fileprivate static func readHDF5(
        _ dataset: hid_t, _ element: ElementType, type: hid_t, count: Int, memory: hid_t, selection: hid_t
    ) -> NumericArray.Storage? {
        // Read in the file's own type, truth values need no conversion, which would check each against the enumeration.
        let target = element == .bool ? H5Tcopy(type) : spk_h5t_native(element.hdf5Kind)
        defer { if element == .bool { H5Tclose(target) } }
        var status: herr_t = -1
        let values = [Self](unsafeUninitializedCapacity: count) { buffer, filled in
            status = H5Dread(dataset, target, memory, selection, spk_h5p_default(), buffer.baseAddress)
            filled = status >= 0 ? count : 0
        }
        guard status >= 0 else { return nil }
        if element == .bool, let truths = values as? [Int8] { return .bool(truths.map { $0 == 0 ? 0 : 1 }) }
        return storage(values)
    }
}

extension ElementType {
    static func integer(byteCount: Int, isSigned: Bool) -> ElementType? {
        switch (byteCount, isSigned) {
        case (1, true): .int8
        case (1, false): .uint8
        case (2, true): .int16
        case (2, false): .uint16
        case (4, true): .int32
        case (4, false): .uint32
        case (8, true): .int64
        case (8, false): .uint64
        default: nil
        }
    }
}
