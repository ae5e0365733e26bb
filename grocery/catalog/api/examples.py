"""An example of each thing that is answered."""

from __future__ import annotations

from typing import Any

STORE = {
    "id": "01990000-0000-7000-8000-000000000001",
    "code": "ben-thanh",
    "name": "Grocery Bến Thành",
    "names": {"en": "Grocery Bến Thành", "vi": "Grocery Bến Thành"},
    "zone": "Asia/Ho_Chi_Minh",
    "address": "1 Lê Lợi, Phường Bến Thành, TP. Hồ Chí Minh",
    "phone": "+842838220000",
}
CATEGORY: dict[str, Any] = {
    "id": "01990000-0000-7000-8000-000000000002",
    "slug": "rau-cu",
    "name": "Vegetables",
    "names": {"en": "Vegetables", "vi": "Rau củ"},
    "tint": "leaf",
    "image": "food/leafy-green.svg",
    "products": 128,
    "children": [],
}
PHOTO: dict[str, Any] = {
    "url": "https://pictures.example.vn/5f0c1c7e8a3b4d5e9f60718293a4b5c6/{width}.{format}",
    "widths": [96, 192, 320, 480, 960],
    "formats": ["avif", "webp"],
    "width": 1600,
    "height": 1200,
}
PICTURE: dict[str, Any] = {
    **PHOTO,
    "alt": "Three beef tomatoes, one of them cut",
    "alts": {"en": "Three beef tomatoes, one of them cut", "vi": "Ba quả cà chua beef, một quả cắt đôi"},
}
CARD: dict[str, Any] = {
    "sku": "VE0010000",
    "name": "Beef tomatoes, Đà Lạt",
    "names": {"en": "Beef tomatoes, Đà Lạt", "vi": "Cà chua beef Đà Lạt"},
    "price": 18900,
    "price_before": 23500,
    "percent_off": 20,
    "unit": "piece",
    "step": 1,
    "net_content": 500,
    "net_unit": "g",
    "unit_price": 37800,
    "unit_price_per": "kg",
    "vat_rate": 5,
    "perishable": True,
    "min_freshness_days": 4,
    "image": "food/tomato.svg",
    "photo": PHOTO,
    "tint": "leaf",
    "category_id": "01990000-0000-7000-8000-000000000002",
    "dietary": ["gluten_free", "vegan", "vegetarian"],
    "allergens": [],
    "max_per_order": 999,
    "piece_weight": None,
    "tags": ["vietgap"],
    "brand": {"slug": "vuon-chin", "name": "Vườn Chín"},
    "storage": "chilled",
    "in_stock": True,
    "earliest_expiry": "2026-11-26",
}
HITS = {
    "slug": "cu-qua",
    "name": "Roots and fruiting vegetables",
    "names": {"en": "Roots and fruiting vegetables", "vi": "Củ, quả"},
    "products": 9,
}
DETAIL: dict[str, Any] = {
    **CARD,
    "description": "Keep in the vegetable drawer, 4–8 °C.",
    "descriptions": {
        "en": "Keep in the vegetable drawer, 4–8 °C.",
        "vi": "Giữ trong ngăn rau của tủ lạnh, 4–8 °C.",
    },
    "gtin": "00400000100007",
    "active": True,
    "images": [PICTURE],
    "origin": {
        "country": "VN",
        "name": "Đà Lạt, Vietnam",
        "names": {"en": "Đà Lạt, Vietnam", "vi": "Đà Lạt, Việt Nam"},
    },
    "nutrition": {
        "per": "g",
        "energy_kj": 75,
        "energy_kcal": 18,
        "fat": 0.2,
        "saturates": 0,
        "carbohydrate": 3.9,
        "sugars": 2.6,
        "fibre": 1.2,
        "protein": 0.9,
        "salt": 0.0125,
        "sodium_mg": 5,
    },
    "lowest_price_30d": 19900,
    "family": "ca-chua-beef",
    "sizes": [{**CARD, "sku": "VE0010001", "net_content": 1000, "price": 35900, "unit_price": 35900}],
    "trail": [{"slug": "rau-cu", "name": "Vegetables", "names": {"en": "Vegetables", "vi": "Rau củ"}}],
}
