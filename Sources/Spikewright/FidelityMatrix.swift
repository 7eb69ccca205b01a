public import Diagnostics
import Fidelity
public import Storage
import Targets

/// Every model on every chip: what each loses there, or why it cannot go there.
public struct FidelityMatrix: Sendable {
    public struct Cell: Hashable, Sendable {
        public var model: String
        /// Of learning; empty for a model that is not trained.
        public var rule: String
        public var target: String
        /// What is measured: `accuracy`, `explained_variance`, `spike_count_correlation`; empty without a number.
        public var metric = ""
        /// The task's metric of both forms, as fractions; nil where the model cannot be lowered to the target.
        public var reference: Double?
        public var lowered: Double?
        /// Why there is no number: the first fault and its cure.
        public var reason: String?

        public var drop: Double? {
            guard let reference, let lowered else { return nil }
            return reference - lowered
        }
    }

    /// By model, then target, in the order asked for.
    public private(set) var cells: [Cell] = []

    /// Verifies each model on each target.
    /// - Parameters:
    ///   - models: paths or names of shipped models.
    ///   - targets: names of chips or paths of descriptions.
    ///   - progress: called with the fraction done and what is being verified.
    /// - Throws: when a model or a target cannot be read; that a model cannot go to a target is a cell's reason.
    public init(
        models: [String], targets: [String], options: VerificationOptions = VerificationOptions(),
        progress: (Double, String) -> Void = { _, _ in }
    ) throws(DiagnosticsError) {
        var options = options
        options.attributesLoss = false
        var loaded: [Model] = []
        for name in models { loaded.append(try Model(at: name)) }
        for target in targets { _ = try Target(target).chip() }
        let count = max(models.count * targets.count, 1)
        for (name, model) in zip(models, loaded) {
            for target in targets {
                progress(Double(cells.count) / Double(count), "\(name) on \(target)")
                cells.append(Self.cell(name, model, Target(target), options))
            }
        }
    }

    private static func cell(_ name: String, _ model: Model, _ target: Target, _ options: VerificationOptions) -> Cell {
        var cell = Cell(model: name, rule: model.network.learning?.rule ?? "", target: target.name)
        do {
            let report = try verify(model, on: target, options: options)
            (cell.reference, cell.lowered) = (report.reference, report.lowered)
            cell.metric = report.metric
        } catch let error as DiagnosticsError {
            cell.reason = error.diagnostics.first.map { first in first.help.map { "\(first.message); \($0)" } ?? first.message }
        } catch {
            cell.reason = "\(error)"
        }
        return cell
    }

    public var json: JSONValue {
        let rows = cells.map { cell in
            JSONValue.object(
                JSONObject([
                    ("model", .string(cell.model)), ("rule", cell.rule.isEmpty ? .null : .string(cell.rule)),
                    ("target", .string(cell.target)),
                    ("reference", cell.reference.map { .number($0) } ?? .null), ("lowered", cell.lowered.map { .number($0) } ?? .null),
                    ("drop", cell.drop.map { .number($0) } ?? .null), ("metric", cell.metric.isEmpty ? .null : .string(cell.metric)),
                    ("reason", cell.reason.map { .string($0) } ?? .null),
                ]))
        }
        return .object(JSONObject([("cells", .array(rows))]))
    }

    public var text: String {
        var table = TextTable(header: ["model", "rule", "target", "metric", "reference", "lowered", "drop", "reason"])
        func percent(_ value: Double?) -> String { value.map { hundredths(100 * $0) + " %" } ?? "" }
        for cell in cells {
            table.add([
                cell.model, cell.rule, cell.target, cell.metric, percent(cell.reference), percent(cell.lowered), percent(cell.drop),
                cell.reason ?? "",
            ])
        }
        return table.leftAligned + "\n"
    }

    private func hundredths(_ value: Double) -> String {
        let scaled = Int((100 * value).rounded())
        let digits = String(abs(scaled) % 100)
        return "\(scaled < 0 ? "-" : "")\(abs(scaled) / 100).\(digits.count < 2 ? "0" + digits : digits)"
    }
}

extension ShippedModels {
    /// The names of the shipped models.
    public static var names: [String] { all().map(\.name) }
}

/// One chip of each family member that people compare: every shipped target that is a single chip or board.
public func comparedTargets() throws(DiagnosticsError) -> [String] {
    let shipped = try allTargets().map(\.name)
    return ["loihi1x32", "loihi2x8", "spin5", "spinnaker2", "brainscales2"].filter { shipped.contains($0) }
}
