package import Diagnostics
import FrontEnd
import Networks

extension TrainingRequest {
    /// What a training depends on, beside the epochs done: a checkpoint with another signature is not taken up.
    /// - Parameters:
    ///   - start: a checksum of the numbers that learning starts from.
    ///   - details: what else the rule depends on.
    func signature(rule: String, epochs: Int, options: String, start: Checksum, details: String = "") -> String {
        var checksum = start
        for label in samples.labels { checksum.add(UInt64(bitPattern: Int64(label))) }
        for index in stride(from: 0, to: samples.count, by: 97) {
            for value in samples.values(index) { checksum.add(UInt64(value.bitPattern)) }
            for value in samples.series(index) ?? [] { checksum.add(UInt64(value.bitPattern)) }
        }
        let numbers = lowered == nil ? "own" : "lowered"
        return ["\(rule) 1", network.name, "seed \(network.seed)", "epochs \(epochs)", options, "\(samples.count) samples", details]
            .filter { !$0.isEmpty }.joined(separator: "; ") + "; \(numbers) numbers; \(String(checksum.value, radix: 16))"
    }
}

extension TrainerState {
    /// What a checkpoint of another training is answered with.
    package static var foreign: DiagnosticsError {
        DiagnosticsError(
            Diagnostic(
                "learning-foreign-checkpoint", "the checkpoint belongs to another training",
                help: "remove it to start anew, or train with the same model, options and data"))
    }
}
