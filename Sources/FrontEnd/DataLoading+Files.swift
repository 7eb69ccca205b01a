import Diagnostics
import Networks
import Numerics
import Storage

extension DataSource.DataFiles {
    /// Reads the files that a model names.
    func load(_ searchPath: DataSearch, timestep: Double) throws(DiagnosticsError) -> (train: DataPart, test: DataPart?) {
        guard scale.isFinite, scale != 0 else {
            throw DiagnosticsError(
                Diagnostic(
                    "data-scale", "the scale of '\(samples)' is \(shortest(scale))",
                    help: "give the largest number of the samples, 255 for bytes"))
        }
        let train = try read(samples, labels, searchPath, timestep)
        guard let testSamples else { return (train, nil) }
        return (train, try read(testSamples, testLabels, searchPath, timestep))
    }

    private func read(
        _ samples: String, _ labels: String?, _ searchPath: DataSearch, _ timestep: Double
    ) throws(DiagnosticsError) -> DataPart {
        if format == .events { return try DataPart.events(try find(samples, searchPath), timestep: timestep) }
        if format == .csv, labels == nil {
            let path = try find(samples, searchPath)
            return try DataPart(csv: CSV.read(path), named: path, scale: scale, shape: nil)
        }
        guard let labels else {
            throw DiagnosticsError(
                Diagnostic(
                    "data-labels-missing", "the samples '\(samples)' have no labels",
                    help:
                        "add 'labels: FILE' (and 'test_labels: FILE' for test samples); only csv holds its labels itself, in the last column"
                ))
        }
        return try DataPart(
            try array(samples, searchPath), labels: try array(labels, searchPath), named: samples, labels, scale: scale)
    }

    private func array(_ name: String, _ searchPath: DataSearch) throws(DiagnosticsError) -> NumericArray {
        switch format {
        case .idx: return try IDX.read(try find(name, searchPath))
        case .csv: return try CSV.read(try find(name, searchPath)).array
        case .npy: return try NPY.read(try find(name, searchPath))
        case .events: preconditionFailure("bug: lists of events read as an array")
        case .hdf5:
            guard let colon = name.lastIndex(of: ":"), name[colon...].hasPrefix(":/") else {
                throw DiagnosticsError(
                    Diagnostic(
                        "data-hdf5-path", "'\(name)' does not say which dataset of the HDF5 file is meant",
                        help: "write it as FILE:/PATH, for instance '\(name):/samples'"))
            }
            let path = try find(String(name[..<colon]), searchPath)
            return try HDF5File.open(path).read(String(name[colon...].dropFirst()))
        }
    }

    private func find(_ name: String, _ searchPath: DataSearch) throws(DiagnosticsError) -> String {
        if let path = searchPath.find([name, "\(name).gz"]) { return path }
        throw DiagnosticsError(
            Diagnostic(
                "data-missing-file", "there is no file '\(name)'",
                notes: [
                    Diagnostic.Note("looked in \(searchPath.folders.isEmpty ? "no folder" : searchPath.folders.joined(separator: ", "))")
                ],
                help:
                    "give its path from the model's folder, or name its folder with '--data-dir FOLDER' or \(DataSearch.environmentVariable)"
            ))
    }
}

extension DataPart {
    /// A table of `[rows × (numbers + 1)]` with the label in the last column.
    init(csv: CSV, named name: String, scale: Double, shape: [Int]?) throws(DiagnosticsError) {
        guard csv.columnCount >= 2 else {
            throw DiagnosticsError(
                Diagnostic(
                    "data-csv-columns",
                    "'\(name)' has \(csv.columnCount) column\(csv.columnCount == 1 ? "" : "s"): no numbers beside the label",
                    help: "give each line the numbers of a sample and, last, its label"))
        }
        let size = csv.columnCount - 1
        var values: [Double] = []
        values.reserveCapacity(csv.rowCount * size)
        for row in 0..<csv.rowCount { values += csv.values[row * csv.columnCount..<row * csv.columnCount + size] }
        let samples = NumericArray(values, shape: [csv.rowCount] + (shape ?? [size]))
        try self.init(samples, labels: NumericArray(csv.column(size)), named: name, name, scale: scale)
    }

    /// Samples `[count, …]` with labels `[count]`.
    init(_ samples: NumericArray, labels: NumericArray, named samplesName: String, _ labelsName: String, scale: Double)
        throws(DiagnosticsError)
    {
        guard let count = samples.shape.first, count > 0, samples.count > 0 else {
            throw DiagnosticsError(
                Diagnostic(
                    "data-empty", "'\(samplesName)' holds no sample: its shape is \(samples.shape)", help: "give at least one sample"))
        }
        guard labels.count == count else {
            throw DiagnosticsError(
                Diagnostic(
                    "data-count", "'\(samplesName)' holds \(count) samples, '\(labelsName)' \(labels.count) labels",
                    help: "give one label for each sample"))
        }
        guard count < Int(Int32.max) else {
            throw DiagnosticsError(
                Diagnostic("data-too-large", "'\(samplesName)' holds \(count) samples; \(Int32.max) are accepted", help: "split the file"))
        }
        self.table = try DataSamples.Table(samples, named: samplesName)
        self.shape = samples.shape.count > 1 ? Array(samples.shape.dropFirst()) : [1]
        self.scale = scale
        self.labels = try classLabels(labels, named: labelsName)
    }
}

extension DataSamples.Table {
    /// Keeps bytes (and whole numbers that fit in a byte), single and double precision; other types become one of them, exactly.
    init(_ array: NumericArray, named name: String) throws(DiagnosticsError) {
        switch array.storage {
        case .uint8(let values): self = .bytes(values)
        case .bool(let values): self = .bytes(values.map { $0 == 0 ? 0 : 1 })
        case .float32(let values): self = .floats(values)
        case .int8, .int16, .uint16: self = .floats(array.floats)
        default:
            let values = array.doubles
            let bytes = values.contains { $0 != $0.rounded() || $0 < 0 || $0 > 255 } ? [] : values.map { UInt8($0) }
            self = bytes.isEmpty ? .doubles(values) : .bytes(bytes)
        }
        let fault: Int? =
            switch self {
            case .bytes: nil
            case .floats(let values): values.firstIndex { !$0.isFinite }
            case .doubles(let values): values.firstIndex { !$0.isFinite }
            }
        guard let fault else { return }
        throw DiagnosticsError(
            Diagnostic(
                "data-not-finite", "'\(name)' holds the number \(array.double(at: fault)) in sample \(fault / max(array.rowCount, 1))",
                help: "replace what is not a finite number, or leave the sample out"))
    }
}

/// Labels as class indices from 0.
private func classLabels(_ labels: NumericArray, named name: String) throws(DiagnosticsError) -> [Int32] {
    let most = 65_535
    return try labels.doubles.enumerated().map { index, label throws(DiagnosticsError) in
        guard let integer = Int32(exactly: label), integer >= 0, integer <= most else {
            throw DiagnosticsError(
                Diagnostic(
                    "data-label", "label \(index) in '\(name)' is \(shortest(label)), not a class from 0 to \(most)",
                    help: "number the classes from 0"))
        }
        return integer
    }
}
