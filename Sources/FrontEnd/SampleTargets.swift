/// What the samples of a data set ask of a readout.
public enum SampleTargets: Hashable, Sendable {
    /// The label of each sample, in all steps that the readout counts.
    case labels
    /// Classes at times, by row of the table; a sample's label is that of its last window.
    case windows([[Window]])
    /// Numbers in every step, [rows × steps × outputs]; not-a-number where nothing is asked.
    case series([Float], outputs: Int, steps: Int)

    /// Steps in which one class is asked for.
    public struct Window: Hashable, Sendable {
        public var steps: Range<Int>
        public var label: Int32

        public init(steps: Range<Int>, label: Int32) {
            self.steps = steps
            self.label = label
        }
    }

    /// Whether numbers are asked for rather than classes.
    public var isSeries: Bool { if case .series = self { true } else { false } }
}
