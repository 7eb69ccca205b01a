/// Programs of neurons with an adaptive threshold as a file holds them; every column has one entry per compartment.
struct LoadedProgram: Sendable {
    /// 0: a fixed neuron; 1 and 2: a reset at once, of the threshold without and with its rise; 3 and 4: the same a step later.
    var law: [Int]
    var decay: [Int]
    var jump: [Int]
    var laterReset: [Int]
    var blocks: [Int]

    /// What the machine computes with.
    /// - Parameter one: of the decay's format.
    func registers(one: Int) -> AdaptationRegisters {
        var registers = AdaptationRegisters(count: law.count, one: Int32(one))
        for index in law.indices where law[index] > 0 {
            registers.factor[index] = Int32(one - decay[index])
            registers.jump[index] = Int32(jump[index])
            registers.laterReset[index] = Int32(laterReset[index])
            registers.resetAddsRise[index] = law[index] == 2
            registers.resetsLater[index] = law[index] >= 3
            registers.laterResetAddsRise[index] = law[index] == 4
            registers.blocks[index] = blocks[index] == 1
        }
        return registers
    }
}
