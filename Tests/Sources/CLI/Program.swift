import Foundation
import Support
import Testing

/// The built command `spikewright`, run as a user runs it.
struct Program {
    struct Outcome {
        var status: Int32
        var wasKilled: Bool
        var output: String
        var errors: String
    }

    /// The executable stands beside the test bundle.
    static let path: String? = {
        let beside = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates = [
            Bundle.main.bundleURL, Bundle.main.bundleURL.deletingLastPathComponent(), beside, beside.deletingLastPathComponent(),
        ]
        return candidates.map { $0.appending(path: "spikewright").path }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// - Parameters:
    ///   - folder: the working directory; the checkout unless given.
    ///   - kill: seconds after which the process is killed with -9; nil: it runs to its end.
    static func run(_ arguments: [String], in folder: String = Golden.repository, killAfter kill: Double? = nil) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: try #require(path, "the executable 'spikewright' is not beside the tests"))
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        let (output, errors) = (temporaryFile(), temporaryFile())
        defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        if let kill {
            Thread.sleep(forTimeInterval: kill)
            Foundation.kill(process.processIdentifier, SIGKILL)
        }
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
            output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }

    private static func temporaryFile() -> URL {
        let file = FileManager.default.temporaryDirectory.appending(path: "spikewright-output-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        return file
    }

    /// A small network that trains and compiles in a moment, on generated data.
    static func writeSmallNetwork(to path: String, epochs: Int = 2) throws {
        let text = """
            spikewright: 1
            network: small
            setup: {timestep: 1 ms, seed: 5}
            task:
              data: {yin_yang: {train: 200, test: 50, seed: 42}}
              encode: {rate: {duration: 10 ms, max: 400 Hz}}
            populations:
              input: {size: 4, cell: input}
              hidden: {size: 20, cell: {lif: {tau_m: 10 ms, v_thresh: 1}}, units: normalized}
              answer: {size: 3, cell: {lif: {tau_m: 10 ms, v_thresh: 1}}, units: normalized}
            projections:
              - {pre: input, post: hidden, connector: all_to_all, weight: {normal: {sigma: 0.6}}}
              - {pre: hidden, post: answer, connector: all_to_all, weight: {normal: {sigma: 0.4}}}
            readout: {population: answer, decode: spike_count}
            learning: {rule: bptt, batch: 20, epochs: \(epochs)}
            fidelity: {max_drop: 100 %}
            """
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}

/// Every file below a folder with its bytes, by name.
func snapshot(_ folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
        let path = "\(folder)/\(name)"
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue {
            files[name] = try Data(contentsOf: URL(filePath: path))
        }
    }
    return files
}
