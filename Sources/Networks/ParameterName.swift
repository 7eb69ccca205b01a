/// The name of a neuron parameter, as PyNN writes it.
public enum ParameterName: String, CaseIterable, Hashable, Sendable {
    case tauM = "tau_m"
    case tauSyn = "tau_syn"
    case tauSynE = "tau_syn_E"
    case tauSynI = "tau_syn_I"
    case tauRefrac = "tau_refrac"
    case tauAdapt = "tau_adapt"
    case eRevE = "e_rev_E"
    case eRevI = "e_rev_I"
    case beta
    case cm
    case vRest = "v_rest"
    case vReset = "v_reset"
    case vThresh = "v_thresh"
    case vInit = "v_init"
    case iOffset = "i_offset"
    case bias
    case negativeSlope = "negative_slope"
}

/// What a parameter is: the one place that states its unit, default and range.
public struct ParameterDefinition: Hashable, Sendable {
    public enum Unit: String, Hashable, Sendable {
        case milliseconds = "ms"
        case millivolts = "mV"
        case nanoamperes = "nA"
        case nanofarads = "nF"
        /// Of the membrane potential: mV, or dimensionless when the population says `units: normalized`.
        case potential
        case none = ""
    }

    public enum Range: Hashable, Sendable { case any, positive, notNegative }

    public var name: ParameterName
    public var unit: Unit
    public var defaultValue: Double
    public var range: Range
    public var summary: String

    init(_ name: ParameterName, _ unit: Unit, _ defaultValue: Double, _ range: Range, _ summary: String) {
        self.name = name
        self.unit = unit
        self.defaultValue = defaultValue
        self.range = range
        self.summary = summary
    }
}

extension NeuronModel.Kind {
    public func definition(of name: ParameterName) -> ParameterDefinition? { parameters.first { $0.name == name } }

    /// The parameters that this kind has, in the order in which they are documented.
    public var parameters: [ParameterDefinition] {
        switch self {
        case .integrateAndFire: Self.normalized(leak: false)
        case .leaky: Self.normalized(leak: true)
        case .adaptive:
            Self.normalized(leak: true) + [
                ParameterDefinition(.tauAdapt, .milliseconds, 200, .positive, "time constant of the adaptation"),
                ParameterDefinition(
                    .beta, .potential, 0.1, .notNegative, "threshold increase per unit of adaptation; a spike adds one unit"),
            ]
        case .leakyReadout:
            [
                ParameterDefinition(.tauM, .milliseconds, 20, .positive, "time constant of the membrane"),
                ParameterDefinition(.tauSyn, .milliseconds, 0, .notNegative, "time constant of the synaptic current; 0: none"),
                ParameterDefinition(.bias, .potential, 0, .any, "added to the membrane potential at every step"),
                ParameterDefinition(.vInit, .potential, 0, .any, "membrane potential at the start"),
            ]
        case .rate:
            [
                ParameterDefinition(.bias, .none, 0, .any, "added to the summed input before rectification"),
                ParameterDefinition(
                    .negativeSlope, .none, 0, .notNegative, "what a negative sum is multiplied by; 0: nothing is sent below zero"),
            ]
        case .currentDelta: Self.pyNN
        case .conductanceExponential:
            Self.pyNN + [
                ParameterDefinition(.tauSynE, .milliseconds, 5, .positive, "time constant of excitatory conductances"),
                ParameterDefinition(.tauSynI, .milliseconds, 5, .positive, "time constant of inhibitory conductances"),
                ParameterDefinition(.eRevE, .millivolts, 0, .any, "potential towards which excitatory conductances pull"),
                ParameterDefinition(.eRevI, .millivolts, -70, .any, "potential towards which inhibitory conductances pull"),
            ]
        case .currentExponential, .currentAlpha:
            Self.pyNN + [
                ParameterDefinition(
                    .tauSynE, .milliseconds, self == .currentExponential ? 5 : 0.5, .positive, "time constant of excitatory currents"),
                ParameterDefinition(
                    .tauSynI, .milliseconds, self == .currentExponential ? 5 : 0.5, .positive, "time constant of inhibitory currents"),
            ]
        }
    }

    private static func normalized(leak: Bool) -> [ParameterDefinition] {
        (leak ? [ParameterDefinition(.tauM, .milliseconds, 20, .positive, "time constant of the membrane")] : []) + [
            ParameterDefinition(.tauSyn, .milliseconds, 0, .notNegative, "time constant of the synaptic current; 0: weights act at once"),
            ParameterDefinition(.tauRefrac, .milliseconds, 0, .notNegative, "time for which the membrane potential is held after a spike"),
            ParameterDefinition(.vRest, .potential, 0, .any, "potential towards which the membrane leaks"),
            ParameterDefinition(.vReset, .potential, 0, .any, "potential after a spike when `reset` is to_value"),
            ParameterDefinition(.vThresh, .potential, 1, .any, "threshold; it lies above v_rest"),
            ParameterDefinition(.bias, .potential, 0, .any, "added to the membrane potential at every step"),
            ParameterDefinition(.vInit, .potential, 0, .any, "membrane potential at the start"),
        ]
    }

    /// PyNN 0.13 standard cells (references: pynn-standard.json); `v_init` follows `v_rest`.
    private static let pyNN = [
        ParameterDefinition(.tauM, .milliseconds, 20, .positive, "time constant of the membrane"),
        ParameterDefinition(.cm, .nanofarads, 1, .positive, "membrane capacitance"),
        ParameterDefinition(.tauRefrac, .milliseconds, 0.1, .notNegative, "time for which the membrane potential is held after a spike"),
        ParameterDefinition(.vRest, .millivolts, -65, .any, "resting potential"),
        ParameterDefinition(.vReset, .millivolts, -65, .any, "potential after a spike when `reset` is to_value"),
        ParameterDefinition(.vThresh, .millivolts, -50, .any, "threshold"),
        ParameterDefinition(.vInit, .millivolts, -65, .any, "membrane potential at the start"),
        ParameterDefinition(.iOffset, .nanoamperes, 0, .any, "constant current into the membrane"),
    ]
}
