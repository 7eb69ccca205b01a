import Diagnostics

/// Both parts of the yin-yang data set: `seed` draws the training samples and `seed - 2` the test samples, as 42 and 40 in the
/// published sets; 41 is their validation set.
func yinYang(train: Int, test: Int, seed: UInt64) throws(DiagnosticsError) -> (train: DataPart, test: DataPart) {
    let most = 10_000_000
    guard (1...most).contains(train), (1...most).contains(test) else {
        throw DiagnosticsError(
            Diagnostic(
                "data-generator-size", "yin_yang cannot draw \(train) training and \(test) test samples",
                help: "ask for 1 to \(most) samples in each part; the published sets have 5000 and 1000"))
    }
    guard seed >= 2, let word = UInt32(exactly: seed) else {
        throw DiagnosticsError(
            Diagnostic(
                "data-generator-seed", "the seed of yin_yang is \(seed); its generator takes 2 to \(UInt32.max)",
                help: "the published sets have the seed 42"))
    }
    func part(_ count: Int, _ seed: UInt32) -> DataPart {
        let drawn = YinYang(count: count, seed: seed)
        return DataPart(table: .doubles(drawn.features), shape: [YinYang.sampleSize], scale: 1, labels: drawn.labels.map { Int32($0) })
    }
    return (part(train, word), part(test, word - 2))
}
