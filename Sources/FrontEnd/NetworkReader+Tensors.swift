import Diagnostics
import Networks
import Storage
import YAML

/// Numbers from files: `{file: weights.h5, dataset: /hidden/weight}`, `{file: bias.npy}`, `{file: list.csv}`.
extension NetworkReader {
    /// Endings of HDF5 files, NIR and Lava's `.net` among them.
    static let hdf5Suffixes = ["h5", "hdf5", "nir", "net"]

    struct FileArray {
        var shape: [Int]
        var array: NumericArray
        var doubles: [Double] { array.doubles }
    }

    func isFileReference(_ node: Node) -> Bool { node["file"] != nil || node["dataset"] != nil }

    /// How a reference is remembered: `weights.h5:/hidden/weight`, `bias.npy`.
    func reference(_ node: Node) -> String? {
        guard let file = node["file"]?.scalar?.text else { return nil }
        return node["dataset"]?.scalar.map { "\(file):\($0.text)" } ?? file
    }

    /// The numbers of a file.
    /// - Parameter accept: whether the shape is right, and which one is wanted; asked before the numbers are read, where the format allows.
    mutating func readArray(
        _ node: Node, _ name: String, accept: (_ shape: [Int]) -> (fits: Bool, wanted: String)
    ) -> FileArray? {
        var reader = MappingReader(node, of: "the file in \(name)")
        let file = reader.required("file", .text)
        let datasetNode = reader.optional("dataset")
        let dataset = datasetNode.flatMap { reader.read($0, as: "dataset", .text) }
        let isSound = !reader.collector.hasErrors
        reader.finish(into: &collector)
        guard isSound, let file else { return nil }
        let suffix = file.split(separator: ".").last.map { $0.lowercased() } ?? ""
        let isHDF5 = Self.hdf5Suffixes.contains(suffix)
        guard isHDF5 || suffix == "npy" || suffix == "csv" else {
            collector.report(
                Diagnostic(
                    .tensorFormat, "\(name) comes from '\(file)', whose ending tells no known format", at: node["file"]?.place,
                    help: "name a file that ends in .h5, .hdf5, .npy or .csv"))
            return nil
        }
        guard isHDF5 == (dataset != nil) else {
            collector.report(
                Diagnostic(
                    .tensorDataset,
                    isHDF5
                        ? "\(name) names the HDF5 file '\(file)', but no data set in it"
                        : "\(name) names a data set, but '\(file)' holds a single table",
                    at: (isHDF5 ? node["file"] : datasetNode)?.place,
                    help: isHDF5 ? "add 'dataset: /path/in/the/file'" : "remove 'dataset'"))
            return nil
        }
        let path = resolvedPath(file, in: folder)
        let place = node["file"]?.place ?? node.place
        do throws(DiagnosticsError) {
            var array: NumericArray
            if let dataset {
                let file = try HDF5File.open(path)
                let shape = try file.describe(dataset).shape
                guard check(shape, name, accept, at: place) else { return nil }
                array = try file.read(dataset, limit: Self.largestTensor * 8)
            } else {
                array = suffix == "npy" ? try NPY.read(path) : try CSV.read(path).array
                // A table of one column, or one row, may be meant as a list.
                if suffix == "csv", array.shape.contains(1), !accept(array.shape).fits { array = array.reshaped([array.count]) }
                guard check(array.shape, name, accept, at: place) else { return nil }
            }
            return finite(array, name, at: place)
        } catch {
            for var diagnostic in error.diagnostics {
                diagnostic.place = diagnostic.place ?? place
                collector.report(diagnostic)
            }
            return nil
        }
    }

    private mutating func check(
        _ shape: [Int], _ name: String, _ accept: (_ shape: [Int]) -> (fits: Bool, wanted: String), at place: SourceRange?
    ) -> Bool {
        let (fits, wanted) = accept(shape)
        guard fits, let count = product(shape), count <= Self.largestTensor else {
            collector.report(
                fits
                    ? Diagnostic(
                        .valueTooLarge, "\(name) has the shape \(text(shape)), more than \(Self.largestTensor) numbers", at: place,
                        help: "divide the projection, or draw the numbers from a distribution")
                    : Diagnostic(
                        .tensorShape, "\(name) has the shape \(text(shape)) in the file", at: place,
                        help: "write it with the shape \(wanted)"))
            return false
        }
        return true
    }

    private mutating func finite(_ array: NumericArray, _ name: String, at place: SourceRange?) -> FileArray? {
        let values = array.doubles
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            collector.report(
                Diagnostic(
                    .tensorNotNumbers,
                    "\(name) has \(values[index].isNaN ? "no number (NaN)" : "an infinite number") at index \(index) in the file",
                    at: place, help: "write finite numbers; in numpy 'numpy.nan_to_num' replaces the others"))
            return nil
        }
        return FileArray(shape: array.shape, array: array)
    }
}
