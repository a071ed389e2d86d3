# SPDX-License-Identifier: Apache-2.0
"""Your modem code would stand where `module.at(...)` does."""


def test_it_names_itself(module):
    assert "Revision:1529B08SIM7000G" in module.at("AT+GMR")


def test_a_file_comes_back_as_it_was_pushed(module):
    data = bytes(range(256)) * 10
    module.at("AT+CFSINIT")
    module.at(f'AT+CFSWFILE=3,"blob",0,{len(data)},5000', "DOWNLOAD\r\n")
    module.line.write(data)
    module.wait_for("OK")
    module.line.write(f'AT+CFSRFILE=3,"blob",0,{len(data)},0\r'.encode())
    module.wait_for(f"+CFSRFILE: {len(data)}\r\n")
    assert module.line.read(len(data)) == data


def test_the_network_goes_away(module):
    module.at("AT+CNACT=1", "+APP PDP: ACTIVE")
    assert module.control("now network 0") == "ok"
    module.wait_for("+APP PDP: DEACTIVE")
    assert "+CSQ: 99,99" in (module.control("now signal 99") and
                             module.at("AT+CSQ"))


def test_an_answer_is_lost(module):
    assert module.control("every line 1 mute") == "ok"
    module.line.timeout = 0.3
    module.line.write(b"AT\r")
    assert b"OK" not in module.line.read(64)
