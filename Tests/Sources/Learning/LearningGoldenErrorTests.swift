import Diagnostics
import FrontEnd
import Learning
import Networks
import Support
import Testing

/// Every fault in a model's learning section is refused with the text that was reviewed.
@Suite struct LearningGoldenErrorTests {
    static let folder = "errors/learning"

    @Test(arguments: Golden.names(in: folder)) func `a fault in the learning section is refused as reviewed`(name: String) {
        let samples = DataSamples(
            table: .floats([Float](repeating: 0.5, count: 128)), sampleSize: 64, scale: 1, rows: [0, 1], labels: [0, 9])
        let diagnostics = expectGoldenError(name, in: Self.folder) { bytes, file throws(DiagnosticsError) in
            let network = try readNetwork(bytes, file: file).network
            _ = try learningRule(of: network).makeTrainer(TrainingRequest(network: network, samples: samples))
        }
        for diagnostic in diagnostics {
            #expect(diagnostic.place != nil, "\(diagnostic.id) has no place")
            #expect(diagnostic.help?.isEmpty == false, "\(diagnostic.id) has no help")
        }
    }
}
