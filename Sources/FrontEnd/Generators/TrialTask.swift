import Diagnostics
import Networks
import Numerics

/// A number that a task in time takes, stated once for reading, printing, help and documentation.
struct TrialOption: Sendable {
    enum Kind: Sendable {
        case count(least: Int)
        case time, fraction, number
    }

    var name: String
    var kind: Kind
    /// Times in ms.
    var standard: Double
    var summary: String

    init(_ name: String, _ kind: Kind, _ standard: Double, _ summary: String) {
        self.name = name
        self.kind = kind
        self.standard = standard
        self.summary = summary
    }
}

/// A task in time: trials drawn from a seed.
protocol TrialTask: Sendable {
    static var summary: String { get }
    static var options: [TrialOption] { get }
    static var standardTrain: Int { get }
    static var standardTest: Int { get }
    /// What each label means; of numbers, the outputs.
    static func classes(_ values: TrialValues) -> [String]

    /// `count` trials; number n is a function of `random.split(n)` alone.
    static func draw(_ count: Int, _ values: TrialValues, _ random: Philox) -> DataPart
}

/// The numbers of a task in time, defaults filled in.
struct TrialValues: Sendable {
    var values: [String: Double]
    /// In ms.
    var timestep: Double

    subscript(name: String) -> Double {
        guard let value = values[name] else {
            preconditionFailure("bug: a task in time reads the option '\(name)' that it does not define")
        }
        return value
    }

    func count(_ name: String) -> Int { Int(self[name]) }
    func steps(_ name: String) -> Int { Int((self[name] / timestep).rounded()) }
}

extension DataSource.TrialGenerator.Kind {
    var task: any TrialTask.Type {
        switch self {
        case .evidenceAccumulation: EvidenceAccumulation.self
        case .storeRecall: StoreRecall.self
        case .patternGeneration: PatternGeneration.self
        case .delayedMatch: DelayedMatch.self
        case .adding: Adding.self
        }
    }
}

extension DataSource.TrialGenerator {
    func filled(timestep: Double) -> TrialValues {
        var filled = values
        for option in kind.task.options where filled[option.name] == nil { filled[option.name] = option.standard }
        return TrialValues(values: filled, timestep: timestep)
    }

    var classes: [String] { kind.task.classes(filled(timestep: 1)) }

    /// Training and test trials, drawn apart.
    func parts(timestep: Double) throws(DiagnosticsError) -> (train: DataPart, test: DataPart) {
        let most = 1_000_000
        guard (1...most).contains(train), (1...most).contains(test) else {
            throw DiagnosticsError(
                Diagnostic(
                    "data-generator-size", "\(kind.rawValue) cannot draw \(train) training and \(test) test trials",
                    help: "ask for 1 to \(most) trials in each part"))
        }
        let values = filled(timestep: timestep)
        let task = kind.task
        return (
            task.draw(train, values, Philox(seed: seed, purpose: "data/\(kind.rawValue)/train")),
            task.draw(test, values, Philox(seed: seed, purpose: "data/\(kind.rawValue)/\(task.testsWhatIsTrained ? "train" : "test")"))
        )
    }
}

extension TrialTask {
    /// Whether the test trials are the training trials: a pattern is learnt by heart.
    static var testsWhatIsTrained: Bool { self == PatternGeneration.self }
}
