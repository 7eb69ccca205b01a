package import FrontEnd
package import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reward-based e-prop: the readout is an actor, and one more readout, the critic, foretells the reward (Bellec et al. 2020, methods).
///
/// In an action's step an action is drawn from π = softmax(y); the reward is 1 where it is the window's label, else 0. With the critic's
/// readout V, r the rewards and γ the discount of a step,
///
///     δ_t  = r_t + γ V_{t+1} - V_t                                  (V behind the last step is 0)
///     L_jt = -C_V B^V_j + Σ_k B_jk (π_k - [k = action])             (the sum in action steps only)
///     dE/dW_ji = Σ_t δ_t F_γ(L_j ē_ji)_t                            F_γ: filter with the factor γ
///
/// The filter of the traces is moved to the reward: Σ_t δ_t F_γ(x)_t = Σ_t G_t x_t with G_t = δ_t + γ G_{t+1}, so that the errors G_t (π -
/// [action]) of the actor and -C_V G_t of the critic go the way of all others. `act` sets them.
package struct ActorCritic: Hashable, Sendable {
    /// C_V, the weight of the critic's error.
    package var weight: Double
    /// Of one step.
    package var discount: Double
    /// Steps between actions of one window; 0: one action, in the window's last step.
    package var interval: Int

    package init(weight: Double, discount: Double, interval: Int) {
        self.weight = weight
        self.discount = discount
        self.interval = interval
    }

    package struct Lot: Sendable {
        package var actions = 0
        package var rewarded = 0
        /// The critic's: ½ mean_t G_t².
        package var loss = 0.0
        /// Each action with its step.
        package var drawn: [(step: Int, action: Int)] = []
    }

    /// Draws the actions of a trial and sets its errors; the record's last readout is the critic.
    /// - Parameter rest: of the actor's readouts.
    package func act<Real: LaneScalar>(
        _ record: TrialRecord<Real>, _ windows: [SampleTargets.Window], rest: [Double], _ random: Philox
    ) -> Lot {
        let outputs = record.outputs
        let steps = record.steps
        var lot = Lot()
        var rewards = [Double](repeating: 0, count: steps)
        for window in windows {
            var step = window.steps.upperBound - 1
            while step >= window.steps.lowerBound {
                let chances = policy(record, step, rest)
                let action = draw(chances, random.uniform(lot.actions))
                lot.actions += 1
                lot.drawn.append((step, action))
                if action == Int(window.label) {
                    rewards[step] += 1
                    lot.rewarded += 1
                }
                for k in rest.indices { record.error.pointer[step * outputs + k] = Real(chances[k] - (k == action ? 1 : 0)) }
                guard interval > 0 else { break }
                step -= interval
            }
        }
        var (later, gain) = (0.0, 0.0)
        for step in (0..<steps).reversed() {
            let value = Double(record.readout.pointer[step * outputs + rest.count])
            gain = rewards[step] + discount * later - value + discount * gain
            later = value
            let error = record.error.pointer + step * outputs
            for k in rest.indices { error[k] *= Real(gain) }
            error[rest.count] = Real(-weight * gain)
            lot.loss += gain * gain / 2 / Double(max(1, steps))
        }
        return lot
    }

    private func policy<Real: LaneScalar>(_ record: TrialRecord<Real>, _ step: Int, _ rest: [Double]) -> [Double] {
        var chances = rest.indices.map { Double(record.readout.pointer[step * record.outputs + $0]) + rest[$0] }
        let largest = chances.max() ?? 0
        for k in chances.indices { chances[k] = exp(chances[k] - largest) }
        let sum = chances.reduce(0, +)
        return chances.map { $0 / sum }
    }

    private func draw(_ chances: [Double], _ number: Double) -> Int {
        var sum = 0.0
        for (k, chance) in chances.enumerated() {
            sum += chance
            if number < sum { return k }
        }
        return chances.count - 1
    }
}
