public import Diagnostics
public import Networks
public import Numerics

/// The engine that a network's own words ask for: steps, or continuous time (`setup: {time: continuous}`).
/// - Parameter rows: replace those of the network, by projection; nil keeps them.
public func referenceEngine(
    of network: Network, threads: Int = 1, rows: ((ID<Projection>) -> (any RowSource)?)? = nil
) throws(DiagnosticsError) -> any Engine {
    switch network.time {
    case .steps: try ReferenceEngine<Double>(network, threads: threads, rows: rows)
    case .continuous: try ContinuousEngine(network, rows: rows)
    }
}
