import Diagnostics
import Networks
import Storage

extension NamedDataSet {
    /// Finds, checks and reads the files of the set.
    func load(_ searchPath: DataSearch) throws(DiagnosticsError) -> (train: DataPart, test: DataPart?) {
        var paths: [String: String] = [:]
        for file in files { paths[file.name] = searchPath.find(file.candidates) }
        guard paths.count == files.count else { throw missing(files.filter { paths[$0.name] == nil }, searchPath) }
        func contents(_ part: [File]) throws(DiagnosticsError) -> [(path: String, bytes: [UInt8])] {
            var all: [(path: String, bytes: [UInt8])] = []
            for file in part {
                let path = paths[file.name] ?? file.name
                all.append((path, try checked(file, at: path)))
            }
            return all
        }
        let trainPart = try read(try contents(train))
        return (trainPart, test.isEmpty ? nil : try read(try contents(test)))
    }

    /// The content of a file, when it is the right one.
    private func checked(_ file: File, at path: String) throws(DiagnosticsError) -> [UInt8] {
        let bytes = try ByteFile.read(path)
        let digest = Storage.sha256(of: bytes)
        guard digest == file.sha256 else {
            throw DiagnosticsError(
                Diagnostic(
                    "data-checksum",
                    "'\(path)' is not the file of the data set '\(name)': sha256 of its content is \(digest), not \(file.sha256)",
                    help: "remove it and fetch it again"))
        }
        return bytes
    }

    /// One part, from its file with the labels in the last column or its files of images and labels.
    private func read(_ files: [(path: String, bytes: [UInt8])]) throws(DiagnosticsError) -> DataPart {
        if format == .csv {
            return try DataPart(
                csv: CSV.parse(files[0].bytes, named: files[0].path), named: files[0].path, scale: scale, shape: sampleShape)
        }
        let samples = try IDX.parse(files[0].bytes, named: files[0].path)
        let labels = try IDX.parse(files[1].bytes, named: files[1].path)
        return try DataPart(samples, labels: labels, named: files[0].path, files[1].path, scale: scale)
    }

    private func missing(_ absent: [File], _ searchPath: DataSearch) -> DiagnosticsError {
        let needed = absent.map { Diagnostic.Note("needed: \($0.name) or \($0.name).gz, sha256 of the unpacked content \($0.sha256)") }
        let looked = Diagnostic.Note("looked in \(searchPath.folders.isEmpty ? "no folder" : searchPath.folders.joined(separator: ", "))")
        return DiagnosticsError(
            Diagnostic(
                "data-missing-files",
                "the data set '\(name)' needs \(absent.count == 1 ? "a file" : "\(absent.count) files") that \(absent.count == 1 ? "is" : "are") "
                    + "not here: \(absent.map(\.name).joined(separator: ", "))",
                notes: needed + [looked],
                help:
                    "put the files into one of these folders, or name theirs with '--data-dir FOLDER' or \(DataSearch.environmentVariable)")
        )
    }
}
