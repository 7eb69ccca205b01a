import Foundation
import FrontEnd
import Learning
import Networks
import Support
import Testing

/// Models that ship with what training found: training them again reaches what they state.
///
/// Under `SPIKEWRIGHT_FULL=1`, for they take minutes; with `BLESS=1` the found values are written beside the model.
@Suite struct ShippedTrainingTests {
    static let isFull = ProcessInfo.processInfo.environment["SPIKEWRIGHT_FULL"] == "1"

    /// Model, and the test accuracy that its page and header state, less what another processor's sums may change.
    static let shipped: [(String, Double)] = [
        ("digits-gait", 0.98), ("mnist-14x14", 0.94), ("digits-dfa", 0.97), ("digits-stdp", 0.8),
        ("fashion-clapp", 0.84), ("evidence-accumulation", 0.93), ("evidence-accumulation-8bit", 0.9), ("delayed-choice", 0.95),
        ("delayed-match", 0.98),
        ("lenet-300-100", 0.967),
    ]

    @Test(.enabled(if: isFull, "minutes of training: Scripts/test --full"), arguments: shipped)
    func `training reaches what the model states`(name: String, stated: Double) throws {
        let path = "\(Golden.repository)/Models/\(name).yaml"
        let network = try readNetwork(at: path, usesTrained: false).network
        let search = DataSearch(modelFile: path, dataFolders: [], environment: ProcessInfo.processInfo.environment, programFile: nil)
        let data = try #require(try loadData(of: network, searchPath: search))
        let trainer = try learningRule(of: network).makeTrainer(TrainingRequest(network: network, samples: data.train))
        while !trainer.isDone { _ = try trainer.runEpoch { _ in true } }
        let accuracy = try trainer.evaluate(data.test).accuracy
        #expect(accuracy >= stated, "\(accuracy)")
        if ProcessInfo.processInfo.environment["BLESS"] == "1" {
            try TrainedWeights.write(trainer.network, to: String(path.dropLast(5)) + ".h5")
        }
    }
}
