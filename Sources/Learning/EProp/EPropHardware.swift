package import Diagnostics
package import FrontEnd
package import Networks
package import Numerics

/// A chip that runs `eprop` itself: forward pass, traces and weights move in its own arithmetic.
///
/// What a family's `LearningHardware` conforms to when it can; e-prop learns in the loop on those that cannot.
package protocol EPropHardware: LearningHardware {
    /// The machine at the start of training.
    /// - Throws: what of the program it cannot hold, as refusals with numbers.
    func machine(for program: EPropProgram) throws(DiagnosticsError) -> any EPropMachine
}

/// What a machine is to learn, in the model's units.
package struct EPropProgram: Sendable {
    package let network: Network
    package let plan: RecurrentPlan
    package let options: EPropOptions
    /// B, [outputs × neurons], where it does not change; nil: the readout's weights, transposed.
    package let feedback: [Float]?

    package init(network: Network, plan: RecurrentPlan, options: EPropOptions, feedback: [Float]?) {
        self.network = network
        self.plan = plan
        self.options = options
        self.feedback = feedback
    }
}

/// One trial for a machine.
package struct EPropTrial {
    /// Events of all sources, with the number of each one's first neuron.
    package let inputs: [(first: Int, events: Stimulus.Events)]
    /// Whether the weights may move.
    package let learns: Bool
    /// Whether the machine is to tell how the trial should have moved the weights.
    package let isMeasured: Bool
    /// The learning rate: a gradient is multiplied by it.
    package let rate: Double
    /// What is drawn during this trial.
    package let random: Philox
    /// Sets dE/dy of a step, [outputs], given the readout in the model's unit; false: nothing is asked in this step, and nothing is set.
    package let error: (_ step: Int, _ readout: UnsafePointer<Float>, _ error: UnsafeMutablePointer<Float>) -> Bool
    /// What is asked, for machines that compute the error in their own arithmetic: classes in windows, or numbers, [steps × outputs].
    package let windows: [SampleTargets.Window]
    package let series: ArraySlice<Float>?

    package init(
        inputs: [(first: Int, events: Stimulus.Events)], learns: Bool, isMeasured: Bool, rate: Double, random: Philox,
        windows: [SampleTargets.Window] = [], series: ArraySlice<Float>? = nil,
        error: @escaping (_ step: Int, _ readout: UnsafePointer<Float>, _ error: UnsafeMutablePointer<Float>) -> Bool
    ) {
        self.inputs = inputs
        self.learns = learns
        self.isMeasured = isMeasured
        self.rate = rate
        self.random = random
        self.windows = windows
        self.series = series
        self.error = error
    }
}

/// A network that learns by e-prop on a chip, trial after trial.
package protocol EPropMachine: AnyObject {
    /// The weights as they stand, in the model's unit, numbered as the plan does.
    var parameters: [Float] { get }

    /// What is tested and written: the weights, or a mean of them that a host keeps.
    var found: [Float] { get }

    /// Runs one trial from rest, and learns from it.
    /// - Parameter record: receives spikes, pseudo-derivatives and readouts, in the model's units.
    func run(_ trial: EPropTrial, into record: TrialRecord<Float>)

    /// Steps with the mean gradient of `trials` trials, where the machine sums gradients; those that move at once do nothing.
    func step(trials: Int)

    /// The gradient that the last measured trial stands for in the machine's numbers, as the plan numbers parameters; up to a factor.
    var measured: [Float] { get }

    /// Everything that is needed to go on to the same bits.
    var state: [TrainerState.Entry] { get }
    func restore(_ state: TrainerState) throws(DiagnosticsError)

    /// How the machine holds the rule: what was rounded, for the user to know.
    var notes: [Diagnostic] { get }
}

extension EPropMachine {
    package var found: [Float] { parameters }
    package func step(trials _: Int) {}
}
