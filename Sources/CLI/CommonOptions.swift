import ArgumentParser
import Foundation
import Spikewright

/// Options that every command has.
struct CommonOptions: ParsableArguments {
    @Option(
        defaultAsFlag: "-",
        help: ArgumentHelp("Write the result as JSON to this file, too; without a file, to standard output instead.", valueName: "file"))
    var json: String?

    @Option(help: "Use this seed instead of the model's.")
    var seed: UInt64?

    @Option(help: "Use at most so many threads. Results do not depend on it.")
    var threads: Int = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: ArgumentHelp("Look here for data sets first; may be given several times.", valueName: "folder"))
    var dataDir: [String] = []

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if threads < 1 { throw ValidationError("--threads must be at least 1, is \(threads)") }
    }
}

/// A progress bar on standard error, when that is a terminal.
final class ProgressBar: Sendable {
    private let title: String
    private let isShown: Bool

    init(_ title: String, quiet: Bool) {
        self.title = title
        isShown = !quiet && isatty(STDERR_FILENO) == 1
    }

    func show(_ fraction: Double, _ note: String = "") {
        guard isShown else { return }
        let width = 30
        let filled = Int(fraction * Double(width))
        let bar = String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled)
        FileHandle.standardError.write(Data("\r\(title) \(bar) \(Int(fraction * 100)) % \(note)\u{1B}[K".utf8))
    }

    func end() {
        if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
