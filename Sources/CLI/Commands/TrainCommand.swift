import ArgumentParser
import Diagnostics
import Foundation
import Spikewright

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train a network with the rule that it chooses.",
        discussion: """
            Writes the trained network: the description with its weights in an HDF5 file beside it; and the learning curve as JSON and SVG.
            After each epoch a checkpoint is written beside the output; an interrupted training goes on from it, to the same bits.

            Examples:
              spikewright train digits -o trained/digits.yaml
              spikewright train mnist.yaml --data-dir ~/data --epochs 10 -o mnist-trained.yaml
              spikewright train digits --target loihi2 -o digits-loihi2.yaml
              spikewright train digits-stdp --from-scratch --target loihi2 --on-chip -o digits-loihi2.yaml
              spikewright train yin-yang --target brainscales2@3 -o mine.yaml
            """)

    @Argument(help: "A network description, or the name of a shipped model.")
    var model: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The description to write.", valueName: "file"))
    var output: String

    @Option(
        help: ArgumentHelp("Also write what was learnt alone, as the model's key 'trained' reads it.", valueName: "file.h5"))
    var weights: String?

    @Option(name: .shortAndLong, help: "Train in the loop: with the numbers that this chip would compute with.")
    var target: String?

    @Flag(
        help:
            "Learn as the target itself would, in its learning engine's arithmetic; a rule that it could not run is refused with the budgets that it exceeds."
    )
    var onChip = false

    @Option(help: "Run so many epochs; as the model says unless given.")
    var epochs: Int?

    @Flag(help: "Start from the rules for weights, even when the model has trained ones.")
    var fromScratch = false

    @Flag(help: "Start from the model, even when there is a checkpoint.")
    var restart = false

    @OptionGroup(title: "Lowering") var lowering: LoweringArguments
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let epochs, epochs < 1 { throw ValidationError("--epochs must be at least 1, is \(epochs)") }
    }

    func run() throws {
        let model = try Model(at: model, seed: common.seed, usesTrained: !fromScratch)
        Main.report(model.warnings)
        let bar = ProgressBar("training", quiet: common.quiet)
        var options = TrainingOptions()
        options.epochs = epochs
        options.threads = common.threads
        options.dataFolders = common.dataDir
        options.target = target.map { Target($0) }
        options.onChip = onChip
        options.lowering = try lowering.options(threads: common.threads)
        try createFolder(folderName(of: output))
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: output, isDirectory: &isFolder), isFolder.boolValue {
            throw DiagnosticsError(
                Diagnostic(
                    "train-output-is-folder", "'\(output)' is a folder", help: "name the description to write: '\(output)/trained.yaml'"))
        }
        let checkpoint = output + ".checkpoint"
        if restart { try? FileManager.default.removeItem(atPath: checkpoint) }
        options.checkpoint = checkpoint
        options.progress = { progress in
            let part = Double(progress.samplesDone) / Double(max(progress.samples, 1))
            bar.show(
                (Double(progress.epoch - 1) + part) / Double(progress.epochs),
                progress.recentError.map { String(format: "batch %d, loss %.4f, error %.4f", progress.batch, progress.loss, $0) }
                    ?? String(format: "epoch %d, loss %.4f, accuracy %.2f %%", progress.epoch, progress.loss, 100 * progress.accuracy))
        }
        options.epochDone = { summary, answers in
            bar.end()
            let rates = summary.rates.map { "\($0.population) \(String(format: "%.3f", $0.spikesPerStep))" }.joined(separator: ", ")
            if let error = answers.normalizedError {
                // A pattern learnt by heart is one sample an epoch.
                guard summary.epoch % 50 == 0 else { return }
                Main.writeError(String(format: "epoch %3d  loss %.4f  normalised error %.5f  ", summary.epoch, summary.loss, error) + rates)
                return
            }
            let line = String(
                format: "epoch %3d  loss %.4f  training accuracy %6.2f %%  test accuracy %6.2f %%", summary.epoch, summary.loss,
                100 * summary.accuracy, 100 * answers.accuracy)
            Main.writeError(line)
        }
        let result = try train(model, options: options)
        bar.end()
        Main.report(result.notes)
        try writeNetwork(result.model.network, to: output)
        if let weights {
            try createFolder(folderName(of: weights))
            try TrainedWeights.write(result.model.network, to: weights)
        }
        try? FileManager.default.removeItem(atPath: checkpoint)
        let outcome =
            result.evaluation.normalizedError.map { String(format: "normalised square error %.5f", $0) }
            ?? String(format: "accuracy %.2f %%", 100 * result.evaluation.accuracy)
        let batches = result.curve.loss.isEmpty ? "" : ", \(result.curve.loss.count) batches"
        let before = result.resumedFrom > 0 ? ", going on after epoch \(result.resumedFrom)" : ""
        var text =
            "trained '\(result.model.network.name)' for \(result.epochs) epoch\(result.epochs == 1 ? "" : "s")\(batches)\(before): \(outcome) on "
            + "\(result.evaluation.samples) test samples\nwrote \(output)\n"
        if let weights { text += "wrote \(weights)\n" }
        if let verification = result.verification {
            text +=
                "booted from the compiled artifact: "
                + String(
                    format: "accuracy %.2f %% (± %.2f %%); the reference with the same weights: %.2f %%\n", 100 * verification.lowered,
                    100 * verification.loweredConfidence, 100 * verification.reference)
        }
        if !result.curve.loss.isEmpty {
            let base = output.hasSuffix(".yaml") ? String(output.dropLast(5)) : output
            try result.curve.json.write(to: base + ".curve.json")
            try writeFile(Data(result.curve.plot("Training of \(result.model.network.name)").utf8), to: base + ".curve.svg")
            text += "wrote \(base).curve.json, \(base).curve.svg\n"
        }
        try answer(
            text,
            .object(
                JSONObject([
                    ("network", .string(result.model.network.name)), ("epochs", .integer(result.epochs)),
                    ("resumed_from", .integer(result.resumedFrom)), ("accuracy", .number(result.evaluation.accuracy)),
                    ("loss", .number(result.evaluation.loss)), ("samples", .integer(result.evaluation.samples)),
                    ("normalized_error", result.evaluation.normalizedError.map { .number($0) } ?? .null),
                    ("batches", .integer(result.curve.loss.count)),
                    ("booted_accuracy", result.verification.map { .number($0.lowered) } ?? .null),
                    ("recent_error", result.curve.recentError(min(10, result.curve.error.count)).map { .number($0) } ?? .null),
                ])), common)
    }
}
