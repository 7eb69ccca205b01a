public import Chips
public import Diagnostics
public import FrontEnd
import Learning
public import Lowering
public import Networks
import Numerics

/// Trains a network by deep rewiring until it has the connections that it may have: given, or as many as fit the chip.
///
/// The number that fits is found with the passes that count a chip's capacities, whatever these are: the largest for which a network
/// of the same populations with so many connections at random lies on the cores that it may use. What was trained is counted again, and
/// trained on with fewer connections as long as it does not fit: connections that learn are not as even as random ones.
public struct DeepRewiringPass: Pass {
    public static let name = "deep-rewiring"
    public static let summary = "trains the network with as many connections as are given, or fit the chip; only when asked for"

    public static let options = [
        PassOption("connections", "a number of connections, a part of all pairs (1.33%), or fit: what the chip holds (default fit)"),
        PassOption("cores", "how many cores the network may use, for fit (default: all that are usable)"),
        PassOption("epochs", "how often the training samples are shown (default 10)"),
    ]

    public enum Connections: Hashable, Sendable {
        case count(Int)
        case fraction(Double)
        case fit
    }

    public struct Settings: Hashable, Sendable {
        public var connections: Connections
        /// For `fit`; nil: all usable ones.
        public var cores: Int?
        public var epochs: Int

        public init(connections: Connections = .fit, cores: Int? = nil, epochs: Int = 10) {
            self.connections = connections
            self.cores = cores
            self.epochs = epochs
        }
    }

    public var settings: Settings
    public var chip: Chip
    public var samples: DataSamples?
    public var threads: Int

    public init(_ settings: Settings = Settings(), to chip: Chip, samples: DataSamples? = nil, threads: Int = 1) {
        self.settings = settings
        self.chip = chip
        self.samples = samples
        self.threads = threads
    }

    public func run(_ network: Network) throws(DiagnosticsError) -> Network {
        guard let samples, samples.count > 0 else {
            throw DiagnosticsError(
                Diagnostic(
                    "rewiring-no-samples", "deep rewiring has no samples to train '\(network.name)' with",
                    help: "give the model a task whose data can be found (--data-dir)"))
        }
        let budget = ConnectionBudget(network)
        switch settings.connections {
        case .count(let count): return try train(network, connections: count, samples)
        case .fraction(let fraction):
            return try train(network, connections: max(1, Int(fraction * Double(budget.allPairs))), samples)
        case .fit: break
        }
        let fit = CoreFit(chip, cores: settings.cores)
        if fit.holds(network) { return network }
        var count = try fit.mostConnections(of: network, budget)
        var trained = try train(network, connections: count, samples)
        // What was learnt stays: a few epochs mend what pruning took.
        let mending = max(1, settings.epochs / 5)
        while !fit.holds(trained) {
            // How many of the strongest fit is counted before anything is trained again.
            var fewer = count
            repeat {
                fewer = fewer * 97 / 100
                if fewer == 0 { break }
            } while try !fit.holds(train(trained, connections: fewer, samples, epochs: 0))
            guard fewer > 0 else { throw fit.refusal(of: network) }
            count = fewer
            trained = try train(trained, connections: count, samples, epochs: mending)
        }
        return trained
    }

    /// The network after training with so many connections, shared out as the rule does; without epochs, the strongest of them.
    private func train(
        _ network: Network, connections: Int, _ samples: DataSamples, epochs: Int? = nil
    ) throws(DiagnosticsError) -> Network {
        var request = network
        var entries: [OptionTree.Entry] = []
        // A model that is made for the rule keeps its options.
        if let learning = network.learning, learning.rule == DeepRewiring.name, case .map(let given) = learning.options.value {
            entries = given.filter { $0.key != "connections" && $0.key != "epochs" }
        }
        let total = OptionTree(.map([.init("total", OptionTree(.number(Double(max(1, connections)), unit: "")))]))
        entries.append(.init("connections", OptionTree(.map([.init("count", total)]))))
        entries.append(.init("epochs", OptionTree(.number(Double(epochs ?? settings.epochs), unit: ""))))
        request.learning = LearningSpecification(
            rule: DeepRewiring.name, options: OptionTree(.map(entries)), place: network.learning?.place)
        let trainer = try DeepRewiring.makeTrainer(TrainingRequest(network: request, samples: samples, threads: threads))
        while trainer.epochsDone < trainer.epochs { _ = try trainer.runEpoch { _ in true } }
        var trained = trainer.network
        trained.learning = network.learning
        return trained
    }
}
