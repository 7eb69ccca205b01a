import ArgumentParser
import Diagnostics
import Foundation
import Lowering

/// The exit codes that users may rely on.
enum ExitStatus {
    /// The answer is no: fidelity falls short, the network does not fit.
    static let refused: Int32 = 1
    static let badInput: Int32 = 2
    /// A bug in Spikewright.
    static let bug: Int32 = 70
}

@main
struct Main: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spikewright",
        abstract: "Compiles neural networks to neuromorphic chips, and shows what the lowering costs.",
        discussion: """
            Examples:
              spikewright verify digits --target loihi2
              spikewright compile my-network.yaml --target loihi1 -o out
              spikewright draw out -f svg -o placement.svg

            Exit codes: 0 ok; 1 the answer is no (fidelity falls short, the network does not fit); 2 bad input; 64 wrong usage;
            70 a bug in Spikewright.
            """,
        subcommands: [
            CompileCommand.self, TrainCommand.self, VerifyCommand.self, SimulateCommand.self, DrawCommand.self, InspectCommand.self,
            TargetsCommand.self, PassesCommand.self, RulesCommand.self, ModelsCommand.self, BenchCommand.self, SchemaCommand.self,
            ExportCommand.self,
        ])

    /// Parses, runs, and turns what went wrong into a message and an exit code.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as DiagnosticsError {
            report(error.diagnostics)
            Foundation.exit(error.isRefusal ? ExitStatus.refused : ExitStatus.badInput)
        } catch let failure as VerificationFailure {
            let place = failure.pass.map { "pass \($0)" } ?? "stage \(failure.stage)"
            writeError("error: a bug in Spikewright, in \(place):\n  " + failure.violations.joined(separator: "\n  ") + "\n")
            Foundation.exit(ExitStatus.bug)
        } catch {
            exit(withError: error)
        }
    }

    /// Renders diagnostics on standard error, in colour on a terminal.
    static func report(_ diagnostics: [Diagnostic]) {
        guard !diagnostics.isEmpty else { return }
        let renderer = Renderer(isColoured: isatty(STDERR_FILENO) == 1)
        writeError(renderer.render(diagnostics))
    }

    static func writeError(_ text: String) {
        FileHandle.standardError.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
    }
}
