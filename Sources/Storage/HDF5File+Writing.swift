import CHDF5
public import Diagnostics
import Foundation

extension HDF5File {
    /// Makes a group, and the groups on the way to it.
    public func createGroup(_ name: String) throws(DiagnosticsError) {
        try HDF5.locked { () throws(DiagnosticsError) in
            let links = Self.makingGroups()
            defer { H5Pclose(links) }
            let group = H5Gcreate2(handle, name, links, spk_h5p_default(), spk_h5p_default())
            guard group >= 0 else { throw cannotWriteDataset(name) }
            H5Gclose(group)
        }
    }

    /// Writes a dataset in the type of the array; truth values become h5py's enumeration FALSE = 0, TRUE = 1.
    ///
    /// - Parameter deflate: nil writes the values contiguously; 1 (fast) to 9 (small) compresses them in chunks of rows.
    public func write(_ array: NumericArray, to name: String, deflate: Int? = nil) throws(DiagnosticsError) {
        try HDF5.locked { () throws(DiagnosticsError) in
            let isBoolean = array.elementType == .bool
            let type = isBoolean ? spk_h5t_boolean() : spk_h5t_stored(array.elementType.hdf5Kind)
            defer { if isBoolean { H5Tclose(type) } }
            let memory = isBoolean ? type : spk_h5t_native(array.elementType.hdf5Kind)
            try array.numbers.withBytes { bytes throws(DiagnosticsError) in
                try lockedWrite(
                    bytes.baseAddress, type: type, memory: memory, shape: array.shape, elementSize: array.elementType.byteCount, to: name,
                    deflate: deflate)
            }
        }
    }

    /// Writes numbers of one type; without a shape, as a vector.
    public func write<Element: NumericElement>(
        _ values: [Element], shape: [Int]? = nil, to name: String, deflate: Int? = nil
    ) throws(DiagnosticsError) {
        try write(NumericArray(values, shape: shape), to: name, deflate: deflate)
    }

    /// Writes a single number, of no dimensions.
    public func write<Element: NumericElement>(scalar: Element, to name: String) throws(DiagnosticsError) {
        try write(NumericArray(scalar: scalar), to: name)
    }

    /// Writes a single truth value, of no dimensions.
    public func write(scalar: Bool, to name: String) throws(DiagnosticsError) { try write(NumericArray([scalar], shape: []), to: name) }

    /// Writes ASCII strings of a fixed length, padded with zero bytes, as numpy's `|S<length>`.
    ///
    /// - Parameters:
    ///   - shape: nil for a vector, `[]` for a single string.
    ///   - length: bytes of each string; nil for those of the longest. Longer strings are a bug.
    public func write(strings: [String], shape: [Int]? = nil, length: Int? = nil, to name: String) throws(DiagnosticsError) {
        let size = length ?? max(1, strings.map(\.utf8.count).max() ?? 1)
        var bytes = [UInt8](repeating: 0, count: max(1, size * strings.count))
        for (index, string) in strings.enumerated() {
            let text = Array(string.utf8)
            precondition(text.count <= size, "bug: '\(string)' is longer than \(size) bytes")
            bytes.replaceSubrange(index * size..<index * size + text.count, with: text)
        }
        try HDF5.locked { () throws(DiagnosticsError) in
            let type = H5Tcopy(spk_h5t_c_s1())
            defer { H5Tclose(type) }
            H5Tset_size(type, size)
            H5Tset_strpad(type, H5T_STR_NULLPAD)
            try bytes.span.withUnsafeBytes { bytes throws(DiagnosticsError) in
                try lockedWrite(
                    bytes.baseAddress, type: type, memory: type, shape: shape ?? [strings.count], elementSize: size, to: name, deflate: nil)
            }
        }
    }

    /// Writes UTF-8 strings of variable length, as h5py writes `str`; with the shape `[]`, a single one.
    public func write(texts: [String], shape: [Int]? = nil, to name: String) throws(DiagnosticsError) {
        let characters = texts.map { strdup($0) }
        defer { for text in characters { free(text) } }
        try HDF5.locked { () throws(DiagnosticsError) in
            let type = H5Tcopy(spk_h5t_c_s1())
            defer { H5Tclose(type) }
            H5Tset_size(type, spk_h5t_variable())
            H5Tset_cset(type, H5T_CSET_UTF8)
            try characters.withUnsafeBufferPointer { pointers throws(DiagnosticsError) in
                try lockedWrite(
                    pointers.baseAddress, type: type, memory: type, shape: shape ?? [texts.count], elementSize: 16, to: name, deflate: nil)
            }
        }
    }

    /// Writes one UTF-8 string of variable length and no dimensions.
    public func write(text: String, to name: String) throws(DiagnosticsError) { try write(texts: [text], shape: [], to: name) }

    private func lockedWrite(
        _ bytes: UnsafeRawPointer?, type: hid_t, memory: hid_t, shape: [Int], elementSize: Int, to name: String, deflate: Int?
    ) throws(DiagnosticsError) {
        let extent = shape.map { hsize_t($0) }
        let space = shape.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(shape.count), extent, nil)
        defer { H5Sclose(space) }
        let links = Self.makingGroups()
        defer { H5Pclose(links) }
        let creation = H5Pcreate(spk_h5p_dataset_create())
        defer { H5Pclose(creation) }
        H5Pset_obj_track_times(creation, false)
        let isEmpty = shape.contains(0)
        if let deflate, !shape.isEmpty, !isEmpty {
            H5Pset_chunk(creation, Int32(shape.count), Self.chunk(of: shape, elementSize: elementSize))
            H5Pset_deflate(creation, UInt32(max(1, min(deflate, 9))))
        }
        let dataset = H5Dcreate2(handle, name, type, space, links, creation, spk_h5p_default())
        guard dataset >= 0 else { throw cannotWriteDataset(name) }
        defer { H5Dclose(dataset) }
        if isEmpty { return }
        guard H5Dwrite(dataset, memory, spk_h5s_all(), spk_h5s_all(), spk_h5p_default(), bytes) >= 0 else { throw cannotWriteDataset(name) }
    }

    /// Whole rows, about 256 kB of them.
    private static func chunk(of shape: [Int], elementSize: Int) -> [hsize_t] {
        var chunk = shape
        var budget = max(1, (1 << 18) / elementSize)
        for axis in shape.indices.reversed() {
            chunk[axis] = min(shape[axis], max(1, budget))
            budget /= shape[axis]
        }
        return chunk.map { hsize_t($0) }
    }

    private static func makingGroups() -> hid_t {
        let links = H5Pcreate(spk_h5p_link_create())
        H5Pset_create_intermediate_group(links, 1)
        return links
    }

    private func cannotWriteDataset(_ name: String) -> DiagnosticsError {
        cannotWrite("\(path):\(name)", because: HDF5.lockedTakeError())
    }
}

extension ElementType {
    /// The number by which the shim knows the type.
    var hdf5Kind: Int32 {
        switch self {
        case .int8, .bool: 0
        case .uint8: 1
        case .int16: 2
        case .uint16: 3
        case .int32: 4
        case .uint32: 5
        case .int64: 6
        case .uint64: 7
        case .float32: 8
        case .float64: 9
        }
    }
}
