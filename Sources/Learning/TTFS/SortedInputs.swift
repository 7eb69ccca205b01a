#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The inputs of one layer that spike in one sample, by time, then number; silent ones are left out.
///
/// Times count from the first of them, which keeps every exponential near 1.
final class SortedInputs<Real: SpikeTimeScalar> {
    struct Input {
        var time: Double
        var number: Int32
    }

    /// Most inputs.
    let capacity: Int
    private(set) var count = 0
    /// In τ_s.
    private(set) var start = 0.0
    let inputs: UnsafeMutablePointer<Input>
    /// [count]: t - start, e^(t - start) and its partner (`SpikeTimeForm`).
    let t: UnsafeMutablePointer<Real>
    let u: UnsafeMutablePointer<Real>
    let v: UnsafeMutablePointer<Real>

    init(capacity: Int) {
        self.capacity = capacity
        inputs = .allocate(capacity: capacity + 1)
        t = .allocate(capacity: capacity + 1)
        u = .allocate(capacity: capacity + 1)
        v = .allocate(capacity: capacity + 1)
        inputs.initialize(repeating: Input(time: 0, number: 0), count: capacity + 1)
        t.initialize(repeating: 0, count: capacity + 1)
        u.initialize(repeating: 0, count: capacity + 1)
        v.initialize(repeating: 0, count: capacity + 1)
    }

    deinit {
        inputs.deallocate()
        t.deallocate()
        u.deallocate()
        v.deallocate()
    }

    /// Takes `times` (in τ_s; infinity: silent).
    func load(_ times: UnsafeBufferPointer<Double>, form: SpikeTimeForm) {
        count = 0
        for number in times.indices where times[number].isFinite {
            inputs[count] = Input(time: times[number], number: Int32(number))
            count += 1
        }
        var sorted = UnsafeMutableBufferPointer(start: inputs, count: count)
        sorted.sort { $0.time < $1.time || $0.time == $1.time && $0.number < $1.number }
        start = count > 0 ? inputs[0].time : 0
        for k in 0..<count {
            let time = inputs[k].time - start
            let first = exp(time)
            t[k] = Real(time)
            u[k] = Real(first)
            v[k] = Real(form.second(time, first))
        }
        inputs[count] = Input(time: .infinity, number: 0)
    }

    func time(_ k: Int) -> Double { inputs[k].time - start }
}
