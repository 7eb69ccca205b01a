import CHDF5
public import Diagnostics

extension HDF5File {
    /// What a dataset says of itself.
    public struct Description: Hashable, Sendable {
        public enum Content: Hashable, Sendable {
            case numbers(ElementType)
            case strings
        }

        /// Length of each dimension, slowest first; empty for a single value.
        public var shape: [Int]
        public var content: Content

        public init(shape: [Int], content: Content) {
            self.shape = shape
            self.content = content
        }

        public var count: Int { shape.reduce(1, *) }
    }

    /// Shape and type of a dataset.
    public func describe(_ name: String) throws(DiagnosticsError) -> Description {
        if let (_, layout) = try imageOfDataset(name) {
            guard let content = layout.datatype.description else { throw HDF5.wrongType(path, name, "holds neither numbers nor strings") }
            return Description(shape: layout.shape, content: content)
        }
        return try withDataset(name) { dataset throws(DiagnosticsError) in dataset.description }
    }

    /// All values of a dataset of numbers, in its own type.
    ///
    /// - Parameter limit: largest accepted size in bytes.
    public func read(_ name: String, limit: Int = ByteFile.defaultLimit) throws(DiagnosticsError) -> NumericArray {
        try read(name, selected: nil, limit: limit)
    }

    /// Rows `rows` (along the first dimension) of a dataset of numbers.
    public func read(_ name: String, rows: Range<Int>, limit: Int = ByteFile.defaultLimit) throws(DiagnosticsError) -> NumericArray {
        try read(name, selected: rows, limit: limit)
    }

    /// All values as integers; a value that is not integral is a fault of the file.
    public func readIntegers(_ name: String) throws(DiagnosticsError) -> [Int] {
        guard let integers = try read(name).integers else {
            throw HDF5.wrongType(path, name, "holds numbers that are not integers of 64 bits")
        }
        return integers
    }

    /// The only value of a dataset, as an integer.
    public func readInteger(_ name: String) throws(DiagnosticsError) -> Int {
        let values = try readIntegers(name)
        guard values.count == 1 else { throw HDF5.wrongType(path, name, "holds \(values.count) values, not one") }
        return values[0]
    }

    /// The strings of a dataset, of fixed or variable length, without their padding.
    public func readStrings(_ name: String, limit: Int = ByteFile.defaultLimit) throws(DiagnosticsError) -> [String] {
        guard case .strings = try describe(name).content else { throw HDF5.wrongType(path, name, "holds numbers, not strings") }
        guard let (image, layout) = try imageOfDataset(name) else {
            return try withDataset(name) { dataset throws(DiagnosticsError) in try dataset.readStrings(limit: limit) }
        }
        guard layout.byteCount <= limit else { throw tooLarge("\(path):\(name)", limit: limit) }
        do throws(HDF5Image.Fault) {
            if let strings = try image.strings(layout, limit: limit) { return strings }
        } catch { throw HDF5.malformed(path, name, error.reason) }
        throw tooLarge("\(path):\(name)", limit: limit)
    }

    /// The only string of a dataset.
    public func readString(_ name: String) throws(DiagnosticsError) -> String {
        let strings = try readStrings(name)
        guard strings.count == 1 else { throw HDF5.wrongType(path, name, "holds \(strings.count) strings, not one") }
        return strings[0]
    }

    private func checkRows(_ rows: Range<Int>?, of name: String, _ shape: [Int]) throws(DiagnosticsError) {
        guard let rows else { return }
        guard let first = shape.first, rows.lowerBound >= 0, rows.upperBound <= first else {
            throw HDF5.wrongType(path, name, "has the shape \(shape), so it has no rows \(rows.lowerBound) to \(rows.upperBound)")
        }
    }

    private func read(_ name: String, selected rows: Range<Int>?, limit: Int) throws(DiagnosticsError) -> NumericArray {
        let description = try describe(name)
        guard case .numbers(let element) = description.content else { throw HDF5.wrongType(path, name, "holds strings, not numbers") }
        try checkRows(rows, of: name, description.shape)
        let all = description.shape
        let count = (rows.map { [$0.count] + all.dropFirst() } ?? all).reduce(1, *)
        guard count <= limit / element.byteCount else { throw tooLarge("\(path):\(name)", limit: limit) }
        if let (image, layout) = try imageOfDataset(name) {
            do throws(HDF5Image.Fault) {
                return try image.numbers(layout, element, rows: rows)
            } catch { throw HDF5.malformed(path, name, error.reason) }
        }
        return try withDataset(name) { dataset throws(DiagnosticsError) in try dataset.read(rows: rows, limit: limit) }
    }

    /// The dataset in the image, when the file is read without the library.
    private func imageOfDataset(_ name: String) throws(DiagnosticsError) -> (HDF5Image, HDF5Layout)? {
        guard let image else { return nil }
        guard case .dataset(let layout) = image.node(at: name) else { throw missing(name, "dataset") }
        return (image, layout)
    }

    private func withDataset<Result: Sendable>(
        _ name: String, body: (borrowing HDF5Dataset) throws(DiagnosticsError) -> Result
    ) throws(DiagnosticsError) -> Result {
        guard kind(of: name) == .dataset else { throw missing(name, "dataset") }
        return try HDF5.locked { () throws(DiagnosticsError) in
            try body(try HDF5Dataset(file: self, name: name))
        }
    }
}

extension HDF5 {
    static func wrongType(_ path: String, _ name: String, _ what: String) -> DiagnosticsError {
        DiagnosticsError(
            Diagnostic(
                "storage-hdf5-type", "'\(name)' in '\(path)' \(what)",
                help: "write it again with the shape and type that are expected here; h5dump -H '\(path)' shows what it has"))
    }
}
