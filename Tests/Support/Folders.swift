import Foundation

/// The folder `Tests` of this checkout.
public let testsFolder: String = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path

/// A folder of vectors, such as `golden/loihi`: below `SPIKEWRIGHT_VECTORS` when that is set, else below `Tests/Vectors`.
public func vectorsFolder(_ path: String) -> String {
    (ProcessInfo.processInfo.environment["SPIKEWRIGHT_VECTORS"] ?? testsFolder + "/Vectors") + "/" + path
}

/// Runs `body` with the path of an empty directory that is removed afterwards.
public func withTemporaryDirectory<Result, Failure: Error>(_ body: (String) throws(Failure) -> Result) throws(Failure) -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "spikewright-test-\(UUID().uuidString)")
    do {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
        preconditionFailure("no temporary directory for a test: \(error)")
    }
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory.path)
}
