/// What a compartment of microcode holds beyond the fixed registers: a threshold that rises with every spike, which part of it a reset
/// subtracts and when, and whether the refractory time blocks spikes only.
///
///     b ← b · (1 - decay / one) + jump · z        (z: whether it spiked in the step before)
///     spike when v > threshold + b
public struct AdaptiveThreshold: Hashable, Sendable {
    public enum ResetLaw: String, CaseIterable, Hashable, Sendable {
        /// As the fixed registers say, without b.
        case base
        /// By subtraction of threshold + b.
        case adapted
        /// `laterReset` is subtracted in the next step, once the membrane has leaked.
        case later
        /// `laterReset` + b, as b was at the spike.
        case laterAdapted = "later_adapted"
    }

    /// Of the format's `one`, without an offset.
    public var decay: Int
    /// In membrane units.
    public var jump: Int
    public var reset: ResetLaw
    /// In membrane units; 0 where the reset does not wait.
    public var laterReset: Int
    /// Whether refractory steps block spikes and let the membrane go on.
    public var blocks: Bool

    public init(decay: Int, jump: Int, reset: ResetLaw, laterReset: Int, blocks: Bool) {
        self.decay = decay
        self.jump = jump
        self.reset = reset
        self.laterReset = laterReset
        self.blocks = blocks
    }
}
