"""What shoppers say, and what the names of the right goods say, folded: `|` between expressions, `&` where all do.

Written for this measurement; the first of each pair is typed as it stands.
"""

from __future__ import annotations

from typing import Final

#: The same thing in the South, in the North, or in another word.
SYNONYMS: Final = {
    "thịt lợn": "heo|lon", "thịt heo": "heo", "súp lơ": "bong cai|sup lo", "bông cải": "bong cai|sup lo",
    "ngô": "bap|ngo", "lạc": "dau phong|lac", "đậu phộng": "dau phong|lac", "mướp đắng": "kho qua|muop dang",
    "khổ qua": "kho qua|muop dang", "dứa": "thom|dua|khom", "mì tôm": "mi goi|mi an lien|mi", "mì gói": "mi",
    "xì dầu": "nuoc tuong|xi dau", "nước tương": "nuoc tuong|xi dau", "mì chính": "bot ngot|mi chinh",
    "bột ngọt": "bot ngot|mi chinh", "trứng vịt": "vit", "hột vịt": "vit", "hột gà": "trung ga|hot ga",
    "hoa quả": "trai cay|hoa qua", "thìa": "muong|thia", "bát": "chen|bat|to", "nước rửa bát": "rua chen|rua bat",
    "xà phòng": "xa bong|xa phong", "giò lụa": "cha lua|gio lua", "nem rán": "cha gio|nem ran",
    "sắn": "khoai mi|san|mi", "rau mùi": "ngo|mui", "yaourt": "sua chua|yaourt|yogurt", "da ua": "sua chua",
    "nước xả vải": "xa vai|nuoc xa", "tã": "ta|bim", "bỉm": "ta|bim",
    "kem": "kem", "cà rem": "kem", "dầu gội đầu": "dau goi", "sữa tắm": "sua tam", "băng vệ sinh": "bang ve sinh",
    "soda": "soda|nuoc ngot|cola|pepsi|cream soda", "yoghurt": "yogurt|yoghurt", "garbanzo": "garbanzo|chickpea",
    "scallions": "green onion|scallion", "coriander": "cilantro|coriander", "courgette": "zucchini|courgette",
    "aubergine": "eggplant|aubergine", "nappies": "diaper|nappies", "crisps": "chip|crisp",
    "ketchup": "ketchup|catsup", "confectioners sugar": "powdered sugar|confectioner", "prawns": "shrimp|prawn",
    "rocket salad": "arugula", "washing up liquid": "dish", "kitchen roll": "paper towel",
    "sultanas": "raisin|sultana", "porridge oats": "oat", "minced beef": "ground beef|minced beef",
}  # fmt: skip

#: Vietnamese typed where names are English only.
VIETNAMESE_IN_ENGLISH: Final = {
    "sữa tươi": "milk", "sua": "milk|yogurt", "phô mai": "cheese", "bơ lạt": "unsalted butter", "trứng gà": "egg",
    "bánh mì": "bread|bun|roll|baguette", "thịt bò": "beef", "ức gà": "chicken breast", "thịt heo": "pork",
    "cá hồi": "salmon", "tôm": "shrimp|prawn", "cà chua": "tomato", "khoai tây": "potato", "hành tây": "onion",
    "tỏi": "garlic", "gừng": "ginger", "cà rốt": "carrot", "dưa leo": "cucumber", "bông cải xanh": "broccoli",
    "nấm": "mushroom", "chuối": "banana", "táo": "apple", "cam": "orange", "dâu tây": "strawberr",
    "nho": "grape", "xoài": "mango", "dừa": "coconut", "chanh": "lemon|lime", "gạo": "rice", "mật ong": "honey",
    "dầu ô liu": "olive oil", "muối": "salt", "tiêu đen": "black pepper", "đường nâu": "brown sugar",
    "sữa hạnh nhân": "almond&milk", "hạnh nhân": "almond", "sữa đậu nành": "soy", "cà phê": "coffee",
    "trà xanh": "green tea", "nước cam": "orange juice", "bia": "beer|ale|lager",
    "rượu vang đỏ": "red|cabernet|merlot",
    "giấy vệ sinh": "toilet|bath tissue", "kem đánh răng": "toothpaste", "dầu gội": "shampoo",
    "bột giặt": "detergent", "nước rửa chén": "dish", "tã em bé": "diaper",
    "thức ăn cho mèo": "cat", "kem": "ice cream|cream",
}  # fmt: skip

#: English typed where names are Vietnamese only.
ENGLISH_IN_VIETNAMESE: Final = {
    "fresh milk": "sua tuoi|sua", "fish sauce": "nuoc mam", "soy sauce": "nuoc tuong|xi dau", "rice": "gao",
    "instant noodles": "mi", "chicken eggs": "trung", "cooking oil": "dau an|dau", "chili sauce": "tuong ot",
    "shampoo": "dau goi", "toothpaste": "danh rang", "toilet paper": "giay ve sinh|giay", "detergent": "giat",
    "pork": "heo", "beef": "bo", "chicken": "ga", "shrimp": "tom", "garlic": "toi", "tofu": "dau hu|dau phu",
    "mushrooms": "nam", "fruit": "trai cay", "spring rolls": "cha gio", "rice paper": "banh trang",
    "yogurt drink": "sua chua", "condensed milk": "sua dac", "sausages": "xuc xich", "dish soap": "rua chen",
    "fabric softener": "nuoc xa|xa vai", "sunscreen": "chong nang", "face mask": "khau trang", "coffee": "ca phe",
    "pepper": "tieu", "sugar": "duong", "salt": "muoi", "honey": "mat ong", "seaweed": "rong bien",
}  # fmt: skip

#: How much of it is wanted, in the words of the day; the names say it in their own.
CONTENTS: Final = {
    "sữa 1 lít": "sua&1 lit|sua&1l", "sua 1l": "sua&1 lit|sua&1l", "gạo 5kg": "gao&5kg", "gao 5 kg": "gao&5kg",
    "nước mắm 500ml": "nuoc mam&500ml", "nuoc mam 500 ml": "nuoc mam&500ml", "dầu ăn 1 lít": "dau&1 lit",
    "bột giặt 3kg": "giat&3", "đường 1kg": "duong&1kg", "nước giặt 3 lít": "giat&3 lit|giat&3l",
    "nuoc rua chen 750g": "rua chen&750", "sữa 180 ml": "sua&180ml", "tương ớt 250 g": "tuong ot&250g",
    "hạt nêm 400g": "hat nem&400g", "kem đánh răng 230 gram": "danh rang&230g", "nước xả 3 lit": "xa&3",
}  # fmt: skip
